// A chart of steps in time, drawn by uPlot in the colours of the page.
import uPlot from 'uplot';
import {locale, number} from './i18n.js';

const HEIGHT = 180;
const STYLES = new URL('uPlot.min.css', import.meta.resolve('uplot')).href;

function styled() {
  if (![...document.styleSheets].some((sheet) => sheet.href === STYLES)) {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = STYLES;
    document.head.append(link);
  }
}

/** The colour that a token of app.css has now; a canvas knows no `light-dark()`. */
function colour(host, token) {
  host.style.setProperty('color', `var(${token})`);
  const found = getComputedStyle(host).color;
  host.style.removeProperty('color');
  return found;
}

/**
 * `<step-chart>`: `steps` with the seconds of the epoch at which each began, `series` as `{label, token, values}` stacked
 * from the first up, `kind` `bars` or `area`. `pick` is called with the number of a step that is clicked.
 */
class StepChart extends HTMLElement {
  #plot = null;
  #given = null;
  #resized = new ResizeObserver(() => this.#fit());
  #dark = matchMedia('(prefers-color-scheme: dark)');
  #themed = new MutationObserver(() => this.#draw());

  set data(given) {
    this.#given = given;
    if (this.isConnected) {
      this.#draw();
    }
  }

  connectedCallback() {
    styled();
    this.#resized.observe(this);
    this.#dark.addEventListener('change', this.#recoloured);
    this.#themed.observe(document.documentElement, {attributes: true, attributeFilter: ['data-theme']});
    this.#draw();
  }

  disconnectedCallback() {
    this.#resized.disconnect();
    this.#themed.disconnect();
    this.#dark.removeEventListener('change', this.#recoloured);
    this.#plot?.destroy();
    this.#plot = null;
  }

  #recoloured = () => this.#draw();

  #fit() {
    if (this.#plot && this.clientWidth > 0 && this.#plot.width !== this.clientWidth) {
      this.#plot.setSize({width: this.clientWidth, height: HEIGHT});
    }
  }

  #draw() {
    if (!this.#given || this.clientWidth === 0) {
      return;
    }
    const {at, step, series, kind, pick} = this.#given;
    // Each series is drawn on top of the sum of those before it, the highest first.
    const sums = [];
    series.reduce((below, one) => {
      const sum = one.values.map((value, i) => value + (below?.[i] ?? 0));
      sums.push(sum);
      return sum;
    }, null);
    const order = series.map((_, i) => i).reverse();
    const line = colour(this, '--line');
    const muted = colour(this, '--muted');
    const font = `11px ${getComputedStyle(this).fontFamily}`;
    const day = step * at.length > 86_400;
    const times = new Intl.DateTimeFormat(locale, day ? {weekday: 'short', day: 'numeric'} : {hour: '2-digit', minute: '2-digit'});
    const axis = {stroke: muted, font, grid: {stroke: line, width: 1}, ticks: {show: false}};
    this.#plot?.destroy();
    this.#plot = new uPlot(
      {
        width: this.clientWidth,
        height: HEIGHT,
        padding: [8, 4, 0, 0],
        legend: {show: false},
        cursor: {y: false, points: {show: false}, drag: {x: false, y: false}},
        scales: {
          x: {range: [at[0], at.at(-1) + step]},
          y: {range: (_, low, high) => [0, Math.max(4, Math.ceil((high ?? 0) * 1.1))]},
        },
        axes: [
          {...axis, grid: {show: false}, size: 26, space: 64, values: (_, splits) => splits.map((it) => times.format(it * 1000))},
          {
            ...axis,
            size: 44,
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5],
            values: (_, splits) => splits.map((it) => number(it)),
          },
        ],
        series: [
          {},
          ...order.map((i) => {
            const stroke = colour(this, series[i].token);
            return kind === 'area'
              ? {label: series[i].label, stroke, width: 2, fill: stroke.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.14)'), points: {show: false}}
              : {
                  label: series[i].label,
                  fill: stroke,
                  stroke,
                  width: 0,
                  points: {show: false},
                  paths: uPlot.paths.bars({size: [0.72, 28], align: 1, radius: 0.12}),
                };
          }),
        ],
      },
      [at, ...order.map((i) => sums[i])],
      this,
    );
    if (pick) {
      this.#plot.over.addEventListener('click', () => {
        const x = this.#plot?.cursor.left ?? -1;
        const index = x < 0 ? -1 : Math.floor((this.#plot.posToVal(x, 'x') - at[0]) / step);
        if (index >= 0 && index < at.length) {
          pick(index);
        }
      });
    }
    for (const canvas of this.querySelectorAll('canvas')) {
      canvas.setAttribute('aria-hidden', 'true');
    }
  }
}
customElements.define('step-chart', StepChart);
