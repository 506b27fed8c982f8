package io.comfygateway.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The shipped settings with a free port, a data folder in a test's own and no ComfyUI. */
public final class SettingsFile {
  private SettingsFile() {}

  /**
   * Writes it.
   *
   * @param place the test's folder; the data folder {@code data} is in it
   * @param changes what differs, by the settings' names
   */
  public static Path write(Path place, Map<String, String> changes) throws IOException {
    String settings =
        Files.readString(Path.of("config/application.properties"))
            .replace("{{env:GATEWAY_PORT:8080}}", "0")
            .replace("{{env:COMFYUI_URLS:http://127.0.0.1:8188}}", "http://127.0.0.1:1")
            .replace("{{env:GATEWAY_DATA_DIR:data}}", place.resolve("data").toString());
    for (Map.Entry<String, String> change : changes.entrySet()) {
      settings =
          settings.replaceAll(
              "(?m)^" + Pattern.quote(change.getKey()) + "=.*$",
              Matcher.quoteReplacement(change.getKey() + "=" + change.getValue()));
    }
    return Files.writeString(place.resolve("application.properties"), settings);
  }

  /**
   * The defaults of all settings without a file, whatever the environment is.
   *
   * @param changes what differs, by the settings' names
   */
  public static Settings defaults(Map<String, String> changes) {
    Map<String, String> values = new HashMap<>();
    SettingsTable.byName().forEach((name, setting) -> values.put(name, setting.defaultText()));
    values.putAll(changes);
    return Settings.of(values);
  }
}
