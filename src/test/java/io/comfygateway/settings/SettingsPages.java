package io.comfygateway.settings;

import java.util.ArrayList;
import java.util.List;

/** The two files that list every setting, as the table makes them. */
final class SettingsPages {
  private static final int WIDTH = 118;

  private SettingsPages() {}

  /** The text of {@code config/application.properties}. */
  static String properties() {
    List<String> lines = new ArrayList<>();
    comment(
        lines,
        "The settings of comfyui-gateway: every one of them, with its default and its environment"
            + " variable. A change takes effect at the next start, unless it says otherwise. The same"
            + " as tables: docs/settings.md.");
    for (SettingGroup group : SettingsTable.GROUPS) {
      lines.add("");
      lines.add("# --- " + group.title() + " ---");
      if (!group.introduction().isEmpty()) {
        comment(lines, group.introduction());
      }
      for (Setting<?> setting : group.settings()) {
        comment(lines, setting.sentence(), "[" + values(setting) + "]");
        lines.add(setting.line());
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private static String values(Setting<?> setting) {
    return setting.type().words()
        + (setting.type().whenEmpty().isPresent() ? ", may be empty" : "");
  }

  // What is kept together goes onto a line of its own where it does not fit onto the last one.
  private static void comment(List<String> lines, String text, String... keptTogether) {
    List<String> parts = new ArrayList<>(List.of(text.split(" ")));
    parts.addAll(List.of(keptTogether));
    StringBuilder line = new StringBuilder("#");
    for (String part : parts) {
      if (line.length() + 1 + part.length() > WIDTH) {
        lines.add(line.toString());
        line = new StringBuilder("#");
      }
      line.append(' ').append(part);
    }
    lines.add(line.toString());
  }

  /** The text of {@code docs/settings.md}. */
  static String reference() {
    StringBuilder text =
        new StringBuilder(
            """
            # Settings

            Every setting of the gateway. Set its environment variable, or write its value into `config/application.properties`:
            `gateway.port=9090`. The environment is read where that file names it, as the shipped one does for all of them. A change takes
            effect at the next start, unless the description says otherwise. `./gateway check` names every value that cannot be used, with
            its line, its range and, for a misspelt name, the one that was probably meant. Values marked *secret* appear in no message and
            no log. Java's own options are in `config/jvm.options`.

            """);
    for (SettingGroup group : SettingsTable.GROUPS) {
      text.append("## ").append(group.title()).append("\n\n");
      if (!group.introduction().isEmpty()) {
        text.append(cell(group.introduction())).append("\n\n");
      }
      text.append("| setting and variable | values | default | description |\n");
      text.append("| --- | --- | --- | --- |\n");
      group.settings().forEach(setting -> text.append(row(setting)));
      text.append('\n');
    }
    return text.toString().stripTrailing() + "\n";
  }

  private static String row(Setting<?> setting) {
    String usual = setting.defaultText();
    return "| `%s`<br>`%s` | %s%s | %s | %s |%n"
        .formatted(
            setting.name(),
            setting.variable(),
            cell(setting.type().words()),
            setting.secret() ? "; *secret*" : "",
            usual.isEmpty() ? "empty" : "`" + cell(usual) + "`",
            cell(setting.sentence()));
  }

  // What would end a cell or be taken for an HTML element.
  private static String cell(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;");
  }
}
