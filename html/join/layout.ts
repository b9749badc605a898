/** Columns of the grid that give the largest 16:9 tiles for `count` people. */
export function bestColumns(count: number, width: number, height: number, gap: number): number {
  let best = { columns: 1, tile: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const tile = tileWidth(columns, Math.ceil(count / columns), width, height, gap);
    if (tile > best.tile) best = { columns, tile };
  }
  return best.columns;
}

/** Width of a 16:9 tile when so many columns and rows have to fit. */
export function tileWidth(
  columns: number,
  rows: number,
  width: number,
  height: number,
  gap: number,
): number {
  const byWidth = (width - gap * (columns - 1)) / columns;
  const byHeight = ((height - gap * (rows - 1)) / rows) * (16 / 9);
  return Math.max(0, Math.floor(Math.min(byWidth, byHeight)));
}
