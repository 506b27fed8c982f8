package io.comfygateway.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The files that are made from the table of settings are the table's. */
class SettingsPagesTest {
  private static final String UPDATE =
      "%s differs from the table of settings (SettingsTable). It is a generated file: change the"
          + " table, then run ./mvnw test -Dtest=SettingsPagesTest -Dupdate=true";

  @Test
  void the_shipped_settings_are_those_of_the_table() throws IOException {
    compare(Path.of("config/application.properties"), SettingsPages.properties());
  }

  @Test
  void the_reference_page_is_that_of_the_table() throws IOException {
    compare(Path.of("docs/settings.md"), SettingsPages.reference());
  }

  private static void compare(Path file, String expected) throws IOException {
    if (Boolean.getBoolean("update")) {
      Files.writeString(file, expected);
    }
    assertThat(file).as(UPDATE, file).exists();
    assertThat(Files.readString(file)).as(UPDATE, file).isEqualTo(expected);
  }
}
