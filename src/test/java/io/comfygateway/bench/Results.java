package io.comfygateway.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** All figures of a bench, as a table, as JSON and as a page. */
final class Results {
  private static final String BEST = "direct-websocket";

  private final Map<String, Map<String, List<Figures>>> runs = new LinkedHashMap<>();
  private final Map<String, Object> about;

  /**
   * @param about the machine and the conditions, in words
   */
  Results(Map<String, Object> about) {
    this.about = about;
  }

  void add(Row row, Way way, Figures figures) {
    runs.computeIfAbsent(row.name(), ignored -> new LinkedHashMap<>())
        .computeIfAbsent(way.name(), ignored -> new ArrayList<>())
        .add(figures);
  }

  /** How many jobs were lost or doubled. */
  int wrong() {
    return runs.values().stream()
        .flatMap(ways -> ways.values().stream())
        .flatMap(List::stream)
        .mapToInt(figures -> figures.lost() + figures.doubled())
        .sum();
  }

  String table() {
    StringBuilder text =
        new StringBuilder(
            String.format(
                "%n| row | way | jobs/s (least–most) | of direct | accept p50 / p95 / p99 ms | end to"
                    + " end p50 / p95 / p99 ms | CPU ms/job | syncs/job | peak MiB | idle ms | lost | doubled"
                    + " |%n|---|---|---|---|---|---|---|---|---|---|---|---|%n"));
    runs.forEach((row, ways) -> ways.forEach((way, all) -> text.append(line(row, way, all))));
    return text.toString();
  }

  private String line(String row, String way, List<Figures> all) {
    Figures f = Figures.median(all);
    return String.format(
        Locale.ROOT,
        "| %s | %s | %.1f (%.1f–%.1f) | %.2f | %.1f / %.1f / %.1f | %.1f / %.1f / %.1f | %.1f | %.1f | %.0f |"
            + " %.0f | %d | %d |%n",
        row,
        way,
        f.jobsPerSecond(),
        all.stream().mapToDouble(Figures::jobsPerSecond).min().orElse(0),
        all.stream().mapToDouble(Figures::jobsPerSecond).max().orElse(0),
        ratio(row, f),
        f.acceptP50(),
        f.acceptP95(),
        f.acceptP99(),
        f.endP50(),
        f.endP95(),
        f.endP99(),
        f.gatewayCpuMs(),
        f.syncs(),
        f.peakMib(),
        f.idleMs(),
        f.lost(),
        f.doubled());
  }

  // 0 where the row was not measured with the direct client.
  private double ratio(String row, Figures figures) {
    List<Figures> best = runs.get(row).get(BEST);
    return best == null ? 0 : figures.jobsPerSecond() / Figures.median(best).jobsPerSecond();
  }

  /**
   * The rows and ways that are slower than half of what was recorded, in words.
   *
   * @param recorded a file with the ratio to the direct client, row by row and way by way
   */
  List<String> slower(Path recorded) throws IOException {
    List<String> slower = new ArrayList<>();
    JsonNode ratios = Http.JSON.readTree(recorded.toFile());
    runs.forEach(
        (row, ways) ->
            ways.forEach(
                (way, taken) -> {
                  double now = ratio(row, Figures.median(taken));
                  double then = ratios.path(row).path(way).asDouble();
                  if (now < then / 2) {
                    slower.add(
                        String.format(
                            Locale.ROOT,
                            "Slower: %s by %s has %.2f of the direct client's jobs/s; %.2f was recorded.",
                            row,
                            way,
                            now,
                            then));
                  }
                }));
    return slower;
  }

  void save(Path folder) throws IOException {
    Files.createDirectories(folder);
    ObjectNode all = Http.JSON.valueToTree(about);
    ArrayNode rows = all.putArray("rows");
    runs.forEach(
        (row, ways) ->
            ways.forEach(
                (way, taken) -> {
                  ObjectNode entry = rows.addObject().put("row", row).put("way", way);
                  Figures median = Figures.median(taken);
                  entry.put("of_direct", ratio(row, median));
                  entry.set("median", Http.JSON.valueToTree(median));
                  entry.set("runs", Http.JSON.valueToTree(taken));
                }));
    Http.JSON
        .writerWithDefaultPrettyPrinter()
        .writeValue(folder.resolve("bench.json").toFile(), all);
    Files.writeString(folder.resolve("bench.html"), page());
  }

  private String page() {
    StringBuilder html =
        new StringBuilder(
            "<!doctype html><html lang=en><meta charset=utf-8><title>comfyui-gateway bench</title>"
                + "<style>body{font:15px sans-serif;max-width:60em;margin:2em auto}pre{overflow:auto}"
                + "</style><h1>comfyui-gateway bench</h1><p>");
    about.forEach((name, value) -> html.append(name).append(": ").append(value).append("<br>"));
    html.append("<p>Medians; the thin line goes from the least to the most of the runs.");
    runs.forEach(
        (row, ways) -> {
          html.append("<h2>").append(row).append("</h2>");
          html.append(BarPlot.svg("jobs/s (more is better)", ways, Figures::jobsPerSecond));
          html.append(BarPlot.svg("end to end, p95, ms", ways, Figures::endP95));
        });
    return html.append("<h2>All figures</h2><pre>")
        .append(table())
        .append("</pre></html>")
        .toString();
  }
}
