package io.comfygateway.settings;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.Suggestion;
import io.comfygateway.settings.PropertiesLines.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks every setting, so that one start names all that cannot be used. */
public final class SettingsCheck {
  private static final String PREFIX = "gateway.";

  private final Settings settings;
  private final Path file;
  private final Map<String, String> environment;
  private final List<FileFault> faults = new ArrayList<>();

  public SettingsCheck(Settings settings, Path file, Map<String, String> environment) {
    this.settings = settings;
    this.file = file;
    this.environment = environment;
  }

  /** What cannot be used, in the order of the file; what is missing there comes first. */
  public List<FileFault> faults() {
    PropertiesLines lines = PropertiesLines.read(file);
    Map<String, Setting<?>> known = SettingsTable.byName();
    faults.clear();
    known.values().forEach(setting -> check(setting, lines));
    for (Entry entry : lines.entries()) {
      if (entry.name().startsWith(PREFIX) && !known.containsKey(entry.name())) {
        String detail =
            "There is no setting of this name"
                + Suggestion.didYouMean(entry.name(), known.keySet());
        faults.add(new FileFault(file.toString(), entry.line(), entry.name(), detail, ""));
      }
    }
    faults.sort(Comparator.comparing(FileFault::line));
    return List.copyOf(faults);
  }

  private void check(Setting<?> setting, PropertiesLines lines) {
    try {
      settings.get(setting);
      if (settings.isSet(setting)) {
        SettingRules.ALL.stream()
            .filter(rule -> rule.setting().equals(setting))
            .forEach(rule -> rule.check().accept(settings));
      }
    } catch (IllegalArgumentException e) {
      faults.add(fault(setting, lines.find(setting.name()), e.getMessage()));
    }
  }

  private FileFault fault(Setting<?> setting, Optional<Entry> entry, String detail) {
    String remedy = entry.map(this::remedy).orElseGet(() -> "add the line " + setting.line());
    return new FileFault(
        file.toString(),
        entry.map(Entry::line).orElse(0),
        setting.name(),
        detail.replaceAll("\\.$", ""),
        remedy);
  }

  private String remedy(Entry entry) {
    return entry
        .variable()
        .map(it -> environment.containsKey(it) ? "fix " + it : "fix it here or set " + it)
        .orElse("fix it here");
  }
}
