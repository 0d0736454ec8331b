import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pastedReference } from '../../../src/core/pastedReference';
import { printFullReference } from '../../../src/core/reference';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const named = (text: string) => {
  const pasted = pastedReference(text);
  return pasted && printFullReference(pasted.image);
};

describe('pastedReference', () => {
  it.each([
    ['contoso.azurecr.io/web:1.4', 'contoso.azurecr.io/web:1.4'],
    ['  web:1.4\n', 'docker.io/library/web:1.4'],
    [`ghcr.io/acme/web@${digest}`, `ghcr.io/acme/web@${digest}`],
    ['GHCR.io/acme/web:2', 'ghcr.io/acme/web:2'],
    ['localhost:5000/team/app', 'localhost:5000/team/app'],
    ['`nginx`', 'docker.io/library/nginx'],
    ['"me/app:1",', 'docker.io/me/app:1'],
    ["'me/app:1", 'docker.io/me/app:1'],
    ['https://ghcr.io/acme/web/', 'ghcr.io/acme/web'],
    ['docker://quay.io/acme/app:2', 'quay.io/acme/app:2'],
    ['FROM golang:1.23-alpine AS build', 'docker.io/library/golang:1.23-alpine'],
    ['from --platform=$BUILDPLATFORM ghcr.io/acme/base:3', 'ghcr.io/acme/base:3'],
    ['docker pull ghcr.io/acme/web:2', 'ghcr.io/acme/web:2'],
    ['$ sudo docker pull -q --platform linux/arm64 me/app', 'docker.io/me/app'],
    ['podman image pull --tls-verify=false localhost:5000/a/b', 'localhost:5000/a/b'],
    ['docker run -d -it --rm --name web -p 80:80 -e "A=b c" acme/web:1.4 serve --port 80', 'docker.io/acme/web:1.4'],
    ['docker run --rm \\\n  -v /a:/b \\\n  me/app:3', 'docker.io/me/app:3'],
    ['docker --context far image inspect me/app:3', 'docker.io/me/app:3'],
    ['docker buildx imagetools inspect me/app:3', 'docker.io/me/app:3'],
    ['crane manifest --platform linux/amd64 me/app:3', 'docker.io/me/app:3'],
    ['skopeo inspect docker://me/app:3', 'docker.io/me/app:3'],
    ['helm pull oci://ghcr.io/charts/api --version 1.2.3+build.4', 'ghcr.io/charts/api:1.2.3_build.4'],
    ['helm install api oci://ghcr.io/charts/api --version=1.2.3', 'ghcr.io/charts/api:1.2.3'],
    ['oci://ghcr.io/charts/api:2', 'ghcr.io/charts/api:2'],
    ['image: nginx:1.27', 'docker.io/library/nginx:1.27'],
    ['    - image: "registry.example.com/team/app:1"  # comment', 'registry.example.com/team/app:1'],
    ['"image": "me/app:1",', 'docker.io/me/app:1'],
    ['kubectl run web --image=ghcr.io/acme/web:2', 'ghcr.io/acme/web:2'],
    ['az containerapp create --name web --image ghcr.io/acme/web:2', 'ghcr.io/acme/web:2'],
  ])('%j names %s', (text, expected) => {
    expect(named(text)).toBe(expected);
  });

  it.each([
    '',
    '   ',
    'web api',
    'docker ps',
    'docker pull',
    'FROM ${BASE}',
    'FROM --platform=linux/amd64',
    'image:',
    'Not/A:name',
    'a'.repeat(64),
    'https://',
    '"',
    'oci://',
  ])('%j names nothing', (text) => {
    expect(named(text)).toBeUndefined();
  });

  it('tells whether the registry is named', () => {
    const hasHost = (text: string) => pastedReference(text)?.hasHost;
    expect(
      ['ghcr.io/acme/web', 'docker.io/nginx', 'index.docker.io/nginx', 'docker pull localhost/x'].map(hasHost),
    ).toEqual([true, true, true, true]);
    expect(['web:1.4', 'acme/web', 'FROM nginx'].map(hasHost)).toEqual([false, false, false]);
  });

  it('reads only the beginning of a text of any length, and never throws', () => {
    expect(named(`docker run ${'-p 1:1 '.repeat(100_000)} me/app`)).toBeUndefined();
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('"', "'", ' ', '-', '=', ':', '/', '@', '.', 'docker', 'pull', 'from', 'image', 'a'),
          maxLength: 80,
        }),
        (text) => {
          const name = named(text);
          if (name !== undefined) expect(named(name)).toBe(name);
        },
      ),
    );
  });
});
