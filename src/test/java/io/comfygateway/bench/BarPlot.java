package io.comfygateway.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Bars side by side, as SVG. */
final class BarPlot {
  private static final int LINE = 24;
  private static final int LEFT = 150;
  private static final int WIDTH = 500;

  private BarPlot() {}

  static String svg(
      String title, Map<String, List<Figures>> ways, ToDoubleFunction<Figures> value) {
    double most = ways.values().stream().flatMap(List::stream).mapToDouble(value).max().orElse(0);
    double scale = most > 0 ? WIDTH / most : 0;
    StringBuilder svg =
        new StringBuilder(
            String.format(
                "<h3>%s</h3><svg width='%d' height='%d' font-size='13'>",
                title, LEFT + WIDTH + 90, LINE * ways.size()));
    int y = 0;
    for (Map.Entry<String, List<Figures>> way : ways.entrySet()) {
      double median = value.applyAsDouble(Figures.median(way.getValue()));
      double low = way.getValue().stream().mapToDouble(value).min().orElse(0);
      double high = way.getValue().stream().mapToDouble(value).max().orElse(0);
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x='0' y='%d'>%s</text><rect x='%d' y='%d' width='%.1f' height='%d'"
                  + " fill='%s'/><path d='M%.1f %dH%.1f' stroke='black'/><text x='%.1f'"
                  + " y='%d'>%.1f</text>",
              y + 16,
              way.getKey(),
              LEFT,
              y + 3,
              median * scale,
              LINE - 6,
              way.getKey().startsWith("direct") ? "#9ab" : "#4a8",
              LEFT + low * scale,
              y + LINE / 2,
              LEFT + high * scale,
              LEFT + high * scale + 5,
              y + 16,
              median));
      y += LINE;
    }
    return svg.append("</svg>").toString();
  }
}
