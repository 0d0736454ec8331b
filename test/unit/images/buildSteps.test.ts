import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instructionOf } from '../../../src/images/buildSteps';

/** What a Dockerfile would say, in one line. */
const line = (by: string, comment?: string): string => {
  const { keyword, text } = instructionOf({ created_by: by, comment });
  return [keyword ?? '-', text].join(' ');
};

describe('a step of a build', () => {
  it.each([
    ['/bin/sh -c #(nop) ADD file:c6c2 in / ', 'ADD file:c6c2 in /'],
    ['/bin/sh -c #(nop)  CMD ["/bin/bash"]', 'CMD ["/bin/bash"]'],
    ['/bin/sh -c #(nop)  CMD ["nginx" "-g" "daemon off;"]', 'CMD ["nginx", "-g", "daemon off;"]'],
    ['/bin/sh -c #(nop)  ENTRYPOINT ["a\\" \\"b" "\\\\" "c"]', 'ENTRYPOINT ["a\\" \\"b", "\\\\", "c"]'],
    ['/bin/sh -c #(nop) COPY multi:99d5 in / ', 'COPY multi:99d5 in /'],
    ['/bin/sh -c #(nop)  EXPOSE 80/tcp', 'EXPOSE 80/tcp'],
    ['/bin/sh -c #(nop)  USER [nova]', 'USER nova'],
    ['/bin/sh -c #(nop)  VOLUME [/data /log]', 'VOLUME /data /log'],
    ['/bin/sh -c #(nop) WORKDIR /app', 'WORKDIR /app'],
    ['/bin/sh -c #(nop)  ENV PATH=/usr/bin:/bin', 'ENV PATH=/usr/bin:/bin'],
    ['/bin/bash -o pipefail -c #(nop) COPY file:4c1 in /', 'COPY file:4c1 in /'],
    ['/usr/bin/fish -c #(nop) WORKDIR /app', 'WORKDIR /app'],
    ['/bin/sh -c apt-get update \t&& make', 'RUN apt-get update \t&& make'],
    ['|1 A=b /bin/sh -c echo $A', 'RUN echo $A'],
    ['|2 A=b B= /bin/sh -c echo $A', 'RUN echo $A'],
    ['|2 A=some words B=/bin/sh x /bin/sh -c echo $A', 'RUN echo $A'],
    ['|1 A=b make all', 'RUN make all'],
    ['/bin/sh -c sh -c "touch /app"', 'RUN sh -c "touch /app"'],
    ['/bin/sh echo something > last', '- /bin/sh echo something > last'],
    ['/bin/bash', '- /bin/bash'],
  ])("reads what docker's first builder wrote: %s", (by, expected) => {
    expect(line(by)).toBe(expected);
  });

  it.each([
    ['RUN /bin/sh -c apt-get update # buildkit', 'RUN apt-get update'],
    ['RUN /bin/sh -c pip install flask', 'RUN pip install flask'],
    ['RUN |1 A=b /bin/sh -c echo $A # buildkit', 'RUN echo $A'],
    ['RUN |2 A=some words B=c /bin/sh -c echo $A # buildkit', 'RUN echo $A'],
    ['RUN |2 A=b B=c make all # buildkit', 'RUN make all'],
    ['RUN |0 /bin/sh -c make # buildkit', 'RUN make'],
    ['RUN |1 A=b bash -c env /bin/sh -c make # buildkit', 'RUN env /bin/sh -c make'],
    ['RUN |2 /bin/bash -c pip install -e /x # buildkit', 'RUN pip install -e /x'],
    ['RUN /bin/sh -c bash -c "make" # buildkit', 'RUN bash -c "make"'],
    ['RUN /usr/bin/make all # buildkit', 'RUN /usr/bin/make all'],
    ['COPY docker-entrypoint.sh / # buildkit', 'COPY docker-entrypoint.sh /'],
    ['COPY a /b # backwards compat # buildkit', 'COPY a /b # backwards compat'],
    ['ENV NGINX_VERSION=1.27.5', 'ENV NGINX_VERSION=1.27.5'],
    ['ENTRYPOINT ["tini" "--" "/start.sh"]', 'ENTRYPOINT ["tini", "--", "/start.sh"]'],
    ['EXPOSE map[9200/tcp:{} 9300/tcp:{}]', 'EXPOSE 9200/tcp 9300/tcp'],
    ['EXPOSE [80/tcp 443/tcp]', 'EXPOSE 80/tcp 443/tcp'],
    ['VOLUME [/data]', 'VOLUME /data'],
    [
      'HEALTHCHECK &{["CMD-SHELL" "x"] "30s" "3s" "5s" "0s" \'\\x03\'}',
      'HEALTHCHECK &{["CMD-SHELL" "x"] "30s" "3s" "5s" "0s" \'\\x03\'}',
    ],
  ])('reads what BuildKit wrote: %s', (by, expected) => {
    expect(line(by, 'buildkit.dockerfile.v0')).toBe(expected);
  });

  it.each([
    ['/bin/bash -o pipefail -c a | b', 'RUN a | b'],
    ['/bin/bash -euo pipefail -c a | b', 'RUN a | b'],
    ['/bin/bash -Eeuxo pipefail -c a | b', 'RUN a | b'],
    ['/bin/bash -o errexit -o nounset -o pipefail -c a', 'RUN a'],
    ['/bin/bash --login -c rvm use', 'RUN rvm use'],
    ['/bin/bash -ceuo pipefail a', 'RUN a'],
    ['/busybox/sh -c a', 'RUN a'],
    ['bash -lc a', 'RUN a'],
    ['/bin/ash -eo pipefail -c -x', 'RUN -x'],
  ])('knows the shells of SHELL: %s', (by, expected) => {
    expect(line(by)).toBe(expected);
    expect(line(`RUN ${by} # buildkit`)).toBe(expected);
    expect(line(`RUN |1 A=two words ${by.startsWith('bash') ? `/bin/${by}` : by} # buildkit`)).toBe(expected);
  });

  it.each([
    ['cmd /S /C echo hi', 'RUN echo hi'],
    ['cmd /S /C #(nop) WORKDIR C:\\app', 'WORKDIR C:\\app'],
    ['RUN cmd /S /C echo hi # buildkit', 'RUN echo hi'],
    ['powershell -Command Write-Host hi', 'RUN Write-Host hi'],
    ['powershell -NoLogo -ExecutionPolicy Bypass -Command Write-Host hi', 'RUN Write-Host hi'],
    ['pwsh -Command Write-Host hi', 'RUN Write-Host hi'],
    ["powershell -Command $ErrorActionPreference = 'Stop'; #(nop)  ENV A=b", 'ENV A=b'],
    [
      "powershell -Command $ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; #(nop)  ENV A=b",
      'ENV A=b',
    ],
    ["powershell -Command $x = 'Stop'; Write-Host hi", "RUN $x = 'Stop'; Write-Host hi"],
    ['|1 A=some words powershell -Command Write-Host hi', 'RUN Write-Host hi'],
    ['Apply image 10.0.20348.2700', '- Apply image 10.0.20348.2700'],
    ['Install update 10.0.20348.3807', '- Install update 10.0.20348.3807'],
  ])('reads what was written on Windows: %s', (by, expected) => {
    expect(line(by)).toBe(expected);
  });

  it('reads what buildah wrote, whose comment names the base', () => {
    expect(
      instructionOf({ created_by: '/bin/sh -c #(nop) ADD file:1a2 in / ', comment: 'FROM docker.io/library/alpine:3' }),
    ).toEqual({ keyword: 'ADD', text: 'file:1a2 in /' });
    expect(line('|3 A=some words /bin/sh -c --mount=type=cache,target=/c make')).toBe(
      'RUN --mount=type=cache,target=/c make',
    );
    expect(instructionOf({ comment: 'FROM docker.io/library/alpine:3' })).toEqual({
      keyword: 'FROM',
      text: 'docker.io/library/alpine:3',
    });
  });

  it.each([
    ['RUN apt-get update', 'RUN apt-get update'],
    ['run apt-get update', 'RUN apt-get update'],
    ['COPY manager .', 'COPY manager .'],
    ['RUN /bin/bash -c "source ~/.profile"', 'RUN /bin/bash -c "source ~/.profile"'],
    ['CMD ["a", "b"]', 'CMD ["a", "b"]'],
    ['VOLUME ["/data"]', 'VOLUME ["/data"]'],
  ])('leaves the line of the Dockerfile that kaniko wrote: %s', (by, expected) => {
    expect(line(by)).toBe(expected);
  });

  it.each([
    ['jib-gradle-plugin:3.4.0', 'classes'],
    ['ko build ko://github.com/kyverno/kyverno/cmd/kyverno', 'go build output, at /ko-app/kyverno'],
    ['apko', 'This is an apko single-layer image'],
    ["# debian.sh --arch 'amd64' out/ 'bookworm' '@1765152000'", 'debuerreotype 0.17'],
    ['bazel build //app:image', undefined],
    ['Add the files', undefined],
    ['Run: whatever', undefined],
  ])('keeps the text and the comment of a tool that has no Dockerfile: %s', (by, comment) => {
    expect(instructionOf({ created_by: by, comment })).toEqual(
      comment === undefined ? { text: by } : { text: by, comment },
    );
  });

  it.each([
    [{ comment: "store paths: ['/nix/store/1a2-hello']" }, { text: "store paths: ['/nix/store/1a2-hello']" }],
    [{ created_by: '', comment: 'Imported from -' }, { text: 'Imported from -' }],
    [{ created_by: null, comment: null }, { text: '' }],
    [{}, { text: '' }],
  ])('takes the comment where nothing else is written: %j', (entry, expected) => {
    expect(instructionOf(entry)).toEqual(expected);
  });

  const parts = fc.constantFrom(
    ...['|2 ', '|9 ', '/bin/sh', ' -c ', ' -o pipefail', '#(nop) ', 'RUN ', 'CMD ', '["a" "b"]', '"', '\\', ' ', '\n'],
    ...['powershell -Command ', "$a = 'b'; ", 'cmd /S /C ', 'A=b ', '# buildkit', 'map[', ':{}]', '😀', 'x'],
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(parts, { maxLength: 12 }).map((all) => all.join('')),
  );

  it('is told for any text, and as long as what was written at most, but for commas', () => {
    fc.assert(
      fc.property(texts, texts, (by, comment) => {
        const { keyword, text } = instructionOf({ created_by: by, comment });
        expect(text.length).toBeLessThanOrEqual(2 * Math.max(by.length, comment.length));
        expect(keyword ?? 'RUN').toMatch(/^[A-Z]+$/);
      }),
    );
  });

  it('is an instruction with its words when a Dockerfile is written as BuildKit does', () => {
    const command = fc.stringMatching(/^[a-z][a-z0-9 =/.$&|;-]{0,40}[a-z]$/);
    const value = fc.stringMatching(/^[a-z0-9 .:-]{0,12}$/);
    fc.assert(
      fc.property(command, fc.array(value, { minLength: 1, maxLength: 4 }), (text, values) => {
        const args = values.map((each, at) => `A${at}=${each}`).join(' ');
        const by = `RUN |${values.length} ${args} /bin/sh -c ${text} # buildkit`;
        expect(instructionOf({ created_by: by })).toEqual({ keyword: 'RUN', text });
      }),
    );
  });

  // What takes the square of the length would not end.
  const length = 2_000_000;
  it.each([
    ['spaces', `RUN x${' '.repeat(length)}y`],
    ['an option without an end', `|1 /bin/sh -${'c'.repeat(length)}9`],
    ['options', `|1 /bin/sh${' -c'.repeat(length / 3)}9`],
    ['shells', `|1 ${'/bin/sh '.repeat(length / 8)}`],
    ['a path', `|1 ${'/a'.repeat(length / 2)}`],
    ['powershell', `powershell${' -a bypass'.repeat(length / 10)}`],
    ['values', `|999 ${'A=b '.repeat(length / 4)}`],
    ['quotes', `CMD ["${'\\"'.repeat(length / 2)}]`],
    ['words of a list', `CMD ["${'" "'.repeat(length / 3)}"]`],
    ['marks', '#(nop) '.repeat(length / 7)],
    ['statements', `powershell -Command ${"$a = 'b'; ".repeat(length / 10)}`],
    ['shells of a mark', `${'x'.repeat(length)} -c #(nop`],
    ['lines', `RUN ${'\n'.repeat(length)}# buildkit`],
  ])('takes no time for a long text: %s', (_what, by) => {
    expect(instructionOf({ created_by: by }).text.length).toBeLessThan(2 * length);
  });
});
