/** One change that would make the product unsafe, and the test that notices. */
export type Mutant = {
  /** For `--only`; kebab-case, unique. */
  readonly name: string
  /** What holds without it: the sentence that it breaks. */
  readonly safety: string
  /** From the project's root. */
  readonly file: string
  /** Exact text that occurs once in the file. */
  readonly find: string
  readonly replace: string
  /** The test that kills it: its file, and its title. */
  readonly killedBy: { readonly file: string; readonly title: string }
}

/** The file's text with the change, or why it does not fit. */
export function mutated(
  text: string,
  { file, find, replace }: Mutant,
): { readonly kind: 'mutated'; readonly text: string } | Misfit {
  const [before, after, ...more] = text.split(find)
  if (before === undefined || after === undefined)
    return { kind: 'misfit', why: `its \`find\` is not in ${file}` }
  if (more.length > 0)
    return { kind: 'misfit', why: `its \`find\` is ${more.length + 1} times in ${file}` }
  return { kind: 'mutated', text: `${before}${replace}${after}` }
}

export type Misfit = { readonly kind: 'misfit'; readonly why: string }
