/** The steps that built an image, in the words of a Dockerfile, whichever tool wrote the history. */

/** One entry of an image's history, as a config or an engine gives it. */
export interface HistoryEntry {
  readonly created_by?: string | null | undefined;
  readonly comment?: string | null | undefined;
}

/** A step as a Dockerfile has it: `RUN`, `apt-get update`. */
export interface Instruction {
  /** Absent when the tool wrote no instruction of a Dockerfile. */
  readonly keyword?: string;
  readonly text: string;
  /** What such a tool says beside it. Jib and ko write there what a layer has, and the same text for all of them. */
  readonly comment?: string;
}

const keywords =
  'ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR';
/** In capitals or without any, as people write Dockerfiles. `Add the files` is a sentence. */
const instruction = new RegExp(`^(${keywords}|${keywords.toLowerCase()})\\s+`);

/** `/bin/sh -c`, `/bin/bash -o pipefail -c`, `cmd /S /C`, `powershell -Command`: how a command was handed to its shell. Lengths are bounded: the time stays linear. */
const option = '(?: -{1,2}[a-z]{1,20}| pipefail| errexit| nounset| xtrace)';
const posixShell = `(?:/[\\w./-]{0,200}/)?(?:sh|bash|ash|dash|zsh)${option}{0,8}? -[a-z]{0,8}c[a-z]{0,8}(?: pipefail)?`;
const powershell =
  '(?:powershell|pwsh)(?:\\.exe)?(?: -[a-z]{1,20}(?: bypass| unrestricted| remotesigned)?){0,8}? -command';
const anyShell = `(?:${posixShell}|cmd(?:\\.exe)? /S /C|${powershell})`;
const shell = new RegExp(`^${anyShell} `, 'i');
const shellInside = new RegExp(`(?<=^| )(?=/|cmd|powershell|pwsh)${anyShell} `, 'i');
/** How docker's first builder, and buildah, mark what was not run, after all words of the shell: `/bin/sh -c #(nop)  CMD ["nginx"]`. */
const notRun = new RegExp(`^(?:${anyShell}|\\S+ -c) (?:\\$\\w{1,40} = '\\w{1,40}'; ?){0,8}#\\(nop\\)\\s*`, 'i');
/** How BuildKit marks what it ran or copied; its comment on every step is `buildkit.dockerfile.v0`. */
const buildKitMark = '# buildkit';
/** Build arguments stand before the command, with their number: `|2 A=1 B=2 /bin/sh -c make`. */
const counted = /^\|(\d{1,3}) /;

/**
 * The step of a history entry. Understands what Docker's two builders, buildah, kaniko and tools that write plain text
 * leave there. https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md#properties `history`
 */
export function instructionOf({ created_by: by, comment }: HistoryEntry): Instruction {
  const said = (comment ?? '').trim();
  const all = (by ?? '').trim();
  if (all === '') return inWords(said);
  const isMarked = all.endsWith(buildKitMark);
  const isBuildKit = isMarked || said.startsWith('buildkit.');
  const written = isMarked ? all.slice(0, -buildKitMark.length).trimEnd() : all;
  const mark = notRun.exec(written)?.[0];
  if (mark === undefined && (shell.test(written) || counted.test(written))) return run(commandOf(written));
  const own = inWords(mark === undefined ? written : written.slice(mark.length));
  // Kaniko writes the line of the Dockerfile, in which a shell is the author's own.
  if (own.keyword === 'RUN') return isBuildKit || counted.test(own.text) ? run(commandOf(own.text)) : own;
  if (own.keyword !== undefined) return { ...own, text: asWritten(own.keyword, own.text) };
  return said === '' ? own : { ...own, comment: said };
}

function run(text: string): Instruction {
  return { keyword: 'RUN', text };
}

function inWords(text: string): Instruction {
  const found = instruction.exec(text);
  if (found?.[1] === undefined) return { text: text.trim() };
  return { keyword: found[1].toUpperCase(), text: text.slice(found[0].length).trim() };
}

/** What the Dockerfile says after RUN: without build arguments and the shell that ran it. */
function commandOf(text: string): string {
  const found = counted.exec(text);
  const ran = found?.[1] === undefined ? text : afterArguments(text.slice(found[0].length), Number(found[1]));
  return ran.slice(shell.exec(ran)?.[0].length ?? 0).trim();
}

/** Values of build arguments may have spaces, so a shell is looked for where none stands after as many words. */
function afterArguments(text: string, count: number): string {
  const words = text.split(' ').slice(count).join(' ');
  if (shell.test(words)) return words;
  const at = text.search(shellInside);
  return at === -1 ? words : text.slice(at);
}

/** Docker's builders print the lists and maps of their own language: `map[80/tcp:{}]`, `[/data]`, `["nginx" "-g"]`. */
function asWritten(keyword: string, text: string): string {
  if (!text.endsWith(']')) return text;
  switch (keyword) {
    case 'EXPOSE':
      return text.startsWith('map[') ? text.slice(4, -1).replaceAll(':{}', '') : withoutBrackets(text);
    case 'USER':
    case 'VOLUME':
      return withoutBrackets(text);
    case 'CMD':
    case 'ENTRYPOINT':
      return text.startsWith('["') ? withCommas(text) : text;
    default:
      return text;
  }
}

function withoutBrackets(text: string): string {
  return /^\[[^"]/.test(text) ? text.slice(1, -1) : text;
}

/** `["nginx" "-g" "daemon off;"]` as JSON has it. */
function withCommas(list: string): string {
  let isQuoted = false;
  let isEscaped = false;
  const characters = list.split('').map((character, at) => {
    if (character === '"' && !isEscaped) isQuoted = !isQuoted;
    isEscaped = character === '\\' && !isEscaped;
    return character === ' ' && !isQuoted && list[at - 1] === '"' ? ', ' : character;
  });
  return characters.join('');
}
