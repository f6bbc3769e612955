/**
 * Text that came from a service, as a line for a person may show it: in quotes, cut at `most` characters, and with
 * everything escaped that moves a terminal's cursor or turns the direction of its text.
 */
export function shown(text: string, most = 40): string {
  return printable(JSON.stringify(cut(text, most)))
}

/** The same without the quotes around it, where they would be in the way. */
export function bare(text: string, most = 40): string {
  return shown(text, most).slice(1, -1).replaceAll('\\"', '"')
}

/** The same of any JSON value. */
export function shownJson(value: unknown, most = 40): string {
  return printable(cut(JSON.stringify(value), most))
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}

function printable(json: string): string {
  return json.replaceAll(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** What JSON leaves as it is: delete and the C1 controls, line and paragraph separators, marks of direction. */
const unsafe = /[\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/g
