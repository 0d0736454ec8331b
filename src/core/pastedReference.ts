import { namesHost, parseReference } from './reference';
import type { ImageReference } from './reference';

/** What a pasted text names. */
export interface PastedReference {
  readonly image: ImageReference;
  /** Whether the text names the registry. If not, the host is the one that engines take: it may be meant as a part of another name. */
  readonly hasHost: boolean;
}

/** The most of a pasted text that is looked at. */
const mostCharacters = 2000;

/** Prefixes of whole references that tools write. */
const scheme = /^(?:oci|docker):\/\/(?!\/)/;
/** What stands in front of a command that was copied with its prompt. */
const prompts: readonly string[] = ['$', '#', '>', '%', 'sudo'];
const tools = /^(?:docker|podman|nerdctl|buildah|crane|oras|cosign|regctl|trivy|crictl|ctr|syft|grype|dive)$/;
/** Words between the name of a tool and the image. */
const verbs =
  /^(?:image|images|container|manifest|buildx|imagetools|scout|pull|push|run|create|inspect|history|config|digest|ls|tag|tree|verify|discover|cves|quickview)$/;
/** Options that take no value, so that what follows may be the image. Any other option is followed by its value. */
const flags =
  /^(?:-[ditqPa]+|--(?:detach|interactive|tty|rm|init|privileged|quiet|all-tags|all|read-only|publish-all|no-healthcheck|disable-content-trust|oom-kill-disable|raw|insecure|verbose|debug|no-trunc))$/;

/**
 * The image that a text names, as people copy it: a reference, with or without quotes or `oci://`; a line of a Dockerfile (`FROM …`), of a
 * compose file or a manifest of Kubernetes (`image: …`); a command that pulls, runs or inspects an image. Nothing where it names none, as
 * several words that are no command do.
 */
export function pastedReference(text: string): PastedReference | undefined {
  const words = wordsIn(text.slice(0, mostCharacters));
  while (prompts.includes(words[0] ?? '')) words.shift();
  const named = nameIn(words);
  if (named === undefined) return undefined;
  const name = named.replace(/^https?:\/\//, '').replace(/\/$/, '');
  const image = parseReference(name);
  if ('problem' in image) return undefined;
  return { image: { ...image, host: image.host.toLowerCase() }, hasHost: namesHost(name) };
}

/** The part of the words that is a reference, as it is written. */
function nameIn(words: readonly string[]): string | undefined {
  const [first = ''] = words;
  const withScheme = words.find((word) => scheme.test(word));
  if (withScheme !== undefined) return withVersion(withScheme.replace(scheme, ''), valueOf('--version', words));
  const option = valueOf('image:', words) ?? valueOf('--image', words);
  if (option !== undefined) return option;
  if (tools.test(first)) return imageOf(words.slice(1));
  if (first.toLowerCase() === 'from' && words.length > 1) return words.slice(1).find(isNoOption);
  return words.length === 1 ? first : undefined;
}

/** The word behind a key or an option, or what `=` gives it. */
function valueOf(name: string, words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === name || word.startsWith(`${name}=`));
  const found = words[at];
  return found === undefined || found === name ? words[at < 0 ? words.length : at + 1] : found.slice(name.length + 1);
}

/** Charts have their version beside their name. A tag cannot have the `+` of a version: https://helm.sh/docs/topics/registries/ */
function withVersion(name: string, version: string | undefined): string {
  const image = parseReference(name);
  const isWhole = 'problem' in image || image.tag !== undefined || image.digest !== undefined;
  return version === undefined || isWhole ? name : `${name}:${version.replaceAll('+', '_')}`;
}

/** The image among the arguments of a tool: the first that is no verb, no option and no value of one. */
function imageOf(words: readonly string[]): string | undefined {
  let hasVerb = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!isNoOption(word)) {
      if (!word.includes('=') && !flags.test(word)) at++;
    } else if (verbs.test(word)) hasVerb = true;
    else return hasVerb ? word : undefined;
  }
  return undefined;
}

function isNoOption(word: string): boolean {
  return !word.startsWith('-');
}

/** The words of a text as a shell reads them: quotes keep a word together. Marks of lists and sentences around a word are no part of it. */
function wordsIn(text: string): string[] {
  const words: string[] = [''];
  let quote: string | undefined;
  for (const character of text) {
    if (character === quote) quote = undefined;
    else if (quote === undefined && /["'`]/.test(character)) quote = character;
    else if (quote === undefined && /[\s\\]/.test(character)) words.push('');
    else words.push(`${words.pop() ?? ''}${character}`);
  }
  return words.map((word) => word.trim().replace(/^-$|[,;]$/, '')).filter((word) => word !== '');
}
