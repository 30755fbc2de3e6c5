/** Every field of a JSON value as `path: type`, the items of a list taken together. */
export function fieldsOf(value: unknown, path = ''): Set<string> {
  if (Array.isArray(value))
    return union(
      value.map((item) => fieldsOf(item, `${path}[]`)),
      [`${path}: list`],
    )
  if (value === null || typeof value !== 'object')
    return new Set([`${path}: ${value === null ? 'null' : typeof value}`])
  return union(
    Object.entries(value).map(([key, inner]) => fieldsOf(inner, `${path}.${key}`)),
    [`${path}: object`],
  )
}

function union(sets: Set<string>[], own: string[]): Set<string> {
  return new Set([...own, ...sets.flatMap((set) => [...set])])
}
