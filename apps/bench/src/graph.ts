/** Lines over a logarithmic scale of values, as SVG. */
interface Graph {
  readonly title: string;
  /** What goes from left to right. */
  readonly across: string;
  /** Values with their labels, from the least that the scale shows to the most. */
  readonly scale: readonly (readonly [value: number, label: string])[];
  /** Places from left to right, 0 to 1, with their labels. */
  readonly places: readonly (readonly [place: number, label: string])[];
  /** The lines by name, as places and values. */
  readonly lines: ReadonlyMap<string, readonly (readonly [place: number, value: number])[]>;
}

const WIDTH = 760;
const HEIGHT = 400;
const LEFT = 70;
const TOP = 40;
const RIGHT = 610;
const BOTTOM = 354;
const COLOURS = ['#2471a3', '#c0392b', '#b9770e', '#1e8449'];

const x = (place: number): string => (LEFT + place * (RIGHT - LEFT)).toFixed(1);

function text(x: number | string, y: number | string, anchor: string, label: string): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" dy="4">${label}</text>`;
}

export function draw({ title, across, scale, places, lines }: Graph): string {
  const [least, most] = [scale[0]![0], scale.at(-1)![0]];
  const y = (value: number): string => {
    const share = Math.log(Math.max(value, least) / least) / Math.log(most / least);
    return (BOTTOM - Math.min(share, 1) * (BOTTOM - TOP)).toFixed(1);
  };
  const parts = [
    ...scale.flatMap(([value, label]) => [
      `<path d="M${LEFT} ${y(value)}H${RIGHT}" stroke="#ddd"/>`,
      text(LEFT - 8, y(value), 'end', label),
    ]),
    ...places.flatMap(([place, label]) => [
      `<path d="M${x(place)} ${TOP}V${BOTTOM}" stroke="#bbb" stroke-dasharray="4"/>`,
      text(x(place), BOTTOM + 12, 'middle', label),
    ]),
    ...[...lines].flatMap(([name, points], i) => {
      const [colour, line] = [COLOURS[i]!, TOP + 20 + i * 20];
      const joined = points.map(([place, value]) => `${x(place)},${y(value)}`).join(' ');
      return [
        `<polyline points="${joined}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
        `<path d="M${RIGHT + 10} ${line}h14" stroke="${colour}" stroke-width="3"/>`,
        text(RIGHT + 29, line, 'start', name),
      ];
    }),
    text(x(0.5), HEIGHT - 14, 'middle', across),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `font-family="sans-serif" font-size="12" fill="#333">\n<title>${title}</title>\n` +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>\n${parts.join('\n')}\n</svg>\n`
  );
}
