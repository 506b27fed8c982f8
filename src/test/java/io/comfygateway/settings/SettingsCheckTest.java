package io.comfygateway.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every fault of a file of settings is found at once, with its place and what to do. */
class SettingsCheckTest {
  @TempDir Path place;

  private List<FileFault> faults(Map<String, String> changes) throws IOException {
    return faults(SettingsFile.write(place, changes), Map.of());
  }

  private static List<FileFault> faults(Path file, Map<String, String> environment) {
    return new SettingsCheck(Settings.load(file, Map.of()), file, environment).faults();
  }

  @Test
  void the_shipped_settings_have_no_fault() throws IOException {
    assertThat(faults(Map.of())).isEmpty();
  }

  @Test
  void all_faults_are_named_in_the_order_of_the_file_with_unit_and_range() throws IOException {
    List<FileFault> faults =
        faults(
            Map.of(
                "gateway.window", "0",
                "gateway.port", "eighty",
                "gateway.poll.interval-ms", "0",
                "gateway.min-free-bytes", "-1"));

    assertThat(faults)
        .extracting(FileFault::field)
        .containsExactly(
            "gateway.window", "gateway.poll.interval-ms", "gateway.port", "gateway.min-free-bytes");
    assertThat(faults)
        .extracting(FileFault::detail)
        .containsExactly(
            "\"0\" is not a whole number from 1 to 1000",
            "\"0\" is not a whole number of milliseconds from 1 to 2147483647",
            "\"eighty\" is not a whole number from 0 to 65535",
            "\"-1\" is not a whole number of bytes from 0 up");
    assertThat(faults).isSortedAccordingTo((a, b) -> a.line() - b.line());
    assertThat(faults).allMatch(fault -> fault.line() > 0);
  }

  @Test
  void a_name_that_is_not_a_setting_is_named_with_the_nearest_one() throws IOException {
    Path file = SettingsFile.write(place, Map.of());
    int lines = Files.readAllLines(file).size();
    Files.writeString(file, Files.readString(file) + "gateway.pull.interval-ms: 5\nmine.own=1\n");

    assertThat(faults(file, Map.of()))
        .containsExactly(
            new FileFault(
                file.toString(),
                lines + 1,
                "gateway.pull.interval-ms",
                "There is no setting of this name; did you mean \"gateway.poll.interval-ms\"?",
                ""));
  }

  @Test
  void a_setting_that_is_missing_is_named_with_the_line_to_add() throws IOException {
    Path file = SettingsFile.write(place, Map.of());
    Files.writeString(
        file, Files.readString(file).replaceAll("gateway\\.(lease-seconds|public-url)=.*", ""));

    assertThat(faults(file, Map.of()))
        .extracting(FileFault::toString)
        .containsExactly(
            file
                + ": gateway.lease-seconds: it is missing; add the line"
                + " gateway.lease-seconds={{env:GATEWAY_LEASE_SECONDS:30}}");
  }

  @Test
  void the_remedy_names_the_variable_that_the_value_came_from() throws IOException {
    Path file = SettingsFile.write(place, Map.of("gateway.window", "{{env:NOBODY_HAS_THIS:many}}"));

    assertThat(faults(file, Map.of()))
        .singleElement()
        .extracting(FileFault::remedy)
        .isEqualTo("fix it here or set NOBODY_HAS_THIS");
    assertThat(faults(file, Map.of("NOBODY_HAS_THIS", "many")))
        .singleElement()
        .extracting(FileFault::remedy)
        .isEqualTo("fix NOBODY_HAS_THIS");
  }

  @Test
  void a_variable_that_is_not_set_and_has_no_default_is_named() throws IOException {
    assertThat(faults(Map.of("gateway.window", "{{env:NOBODY_HAS_THIS}}")))
        .singleElement()
        .satisfies(
            fault ->
                assertThat(fault.detail())
                    .startsWith("its placeholder cannot be resolved")
                    .contains("NOBODY_HAS_THIS"));
  }

  @Test
  void no_message_repeats_a_secret() throws IOException {
    for (Setting<?> setting : SettingsTable.byName().values()) {
      if (setting.secret()) {
        assertThat(faults(Map.of(setting.name(), "?? hush")))
            .as(setting.name())
            .noneMatch(fault -> fault.toString().contains("hush"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gateway.backends.urls         | gpu-1                  | is not a URL of the form http://host:port
          gateway.backends.error-pattern| (                      | it is not a regular expression of RE2
          gateway.host                  | nobody.invalid         | is not an address of this machine
          gateway.public-url            | example.com            | is not a URL of the form https://host
          gateway.validate              | strict                 | is not off, warn or refuse
          gateway.metrics               | yes                    | is not key, open or off
          gateway.log.format            | xml                    | is not text, logfmt or json
          gateway.auth-header           | X API                  | is not a header name
          gateway.auth                  | no                     | is not one of required, none and none-anywhere
          gateway.auth.open-scopes      | all                    | the scopes must be run, raw, read-all, publish, url, admin
          gateway.trusted-proxies       | here                   | "here" is not valid
          gateway.retention             | 7                      | is not a time with its unit
          gateway.retention             | 0d                     | is not a time with its unit
          gateway.callback.delays       | 1s,x                   | Retry delay 2, "x"
          gateway.callback.allow        | 10.0.0.0/99            | 10.0.0.0/99
          gateway.callback.secret       | abc                    | A webhook secret starts with whsec_
          gateway.master-key            | abc                    | The master key must be 32 bytes in base64
          gateway.api-keys              | alone                  | entry 1 has no secret
          gateway.db.url                | postgresql://db        | it is not a JDBC URL
          gateway.db.url                | jdbc:mysql://db/x      | the gateway keeps its jobs in PostgreSQL
          gateway.cors.origins          | https://a.example/b    | is not an origin
          gateway.cors.origins          | *,https://a.example    | * is every origin
          gateway.jwt.secret            | short                  | the secret has 5 bytes, HS256 needs 32
          gateway.jwt.public-key        | /nobody/has/this.pem   | the file /nobody/has/this.pem cannot be read
          gateway.jwt.jwks-url          | https://a.example/jwks | gateway.jwt.issuer is not set
          gateway.cloudflare.team-url   | https://a.example      | gateway.cloudflare.audience is not; set both
          gateway.forwarded-user.header | X-User                 | gateway.trusted-proxies is not; set both
          gateway.tls.certificate       | cert.pem               | gateway.tls.key is not; set both, or neither
          gateway.tls.key               | key.pem                | gateway.tls.certificate is not; set both, or neither
          gateway.s3.access-key         | abc                    | gateway.s3.secret-key is not; set both, or neither
          gateway.s3.secret-key         | abc                    | gateway.s3.access-key is not; set both, or neither
          """)
  void a_value_that_cannot_be_used_is_named(String name, String value, String expected)
      throws IOException {
    assertThat(faults(Map.of(name, value)))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.field()).isEqualTo(name);
              assertThat(fault.detail()).contains(expected);
            });
  }

  @Test
  void settings_that_do_not_fit_each_other_are_named() throws IOException {
    assertThat(faults(Map.of("gateway.auth", "none", "gateway.host", "0.0.0.0")))
        .extracting(FileFault::detail)
        .containsExactly(
            "none is for a gateway that only this machine reaches, but it listens on 0.0.0.0; set"
                + " none-anywhere if everybody who reaches it may use your GPU");
    assertThat(faults(Map.of("gateway.s3.bucket", "b", "gateway.output-url.valid-hours", "169")))
        .extracting(FileFault::field)
        .containsExactly("gateway.s3.bucket");
    assertThat(faults(Map.of("gateway.host", "0.0.0.0", "gateway.api-keys", "a:short")))
        .extracting(FileFault::field)
        .containsExactly("gateway.api-keys");
  }

  @Test
  void a_certificate_that_is_not_there_is_named() throws IOException {
    assertThat(
            faults(
                Map.of(
                    "gateway.tls.certificate", place.resolve("cert.pem").toString(),
                    "gateway.tls.key", place.resolve("key.pem").toString())))
        .singleElement()
        .satisfies(fault -> assertThat(fault.detail()).contains("cert.pem"));
  }

  @Test
  void one_kind_of_token_key_is_used_at_a_time() throws IOException {
    assertThat(
            faults(
                Map.of(
                    "gateway.jwt.secret", "0123456789abcdef0123456789abcdef",
                    "gateway.jwt.jwks-url", "https://a.example/jwks",
                    "gateway.jwt.issuer", "https://a.example",
                    "gateway.jwt.audience", "gateway")))
        .extracting(FileFault::detail)
        .containsExactly(
            "gateway.jwt.jwks-url is set as well; set one of the two",
            "gateway.jwt.secret is set as well; set one of the two");
  }
}
