package io.comfygateway.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.settings.CallerSettings;
import io.comfygateway.settings.Settings;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gateway key}: creates, lists, revokes and rotates keys, whether a gateway runs or not. */
@Command(
    name = "key",
    description =
        "Creates, lists, revokes and rotates keys, whether the gateway runs or not. Changes take"
            + " effect at once.",
    mixinStandardHelpOptions = true,
    versionProvider = Gateway.JarVersion.class)
final class KeyCommand implements Runnable {
  private static final Pattern DURATION = Pattern.compile("([1-9][0-9]{0,5})([smhd])");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  private final ObjectMapper json = new ObjectMapper();
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Missing subcommand: create, list, revoke or rotate");
  }

  @Command(
      name = "create",
      description = "Creates a key and prints its secret, which cannot be shown again.",
      mixinStandardHelpOptions = true)
  int create(
      @Mixin ConfigOption config,
      @Parameters(paramLabel = "NAME", description = "The name of the key and owner of its jobs.")
          String name,
      @Option(
              names = {"--scopes", "--scope"},
              paramLabel = "SCOPE+SCOPE",
              defaultValue = "run",
              description =
                  "run (default), raw (own graphs), read-all (every caller's jobs), publish (uploads workflows), url (may be in URLs of ComfyUI's own API), admin.")
          String scopes,
      @Option(
              names = "--workflows",
              split = ",",
              paramLabel = "NAME",
              description =
                  "The only workflows that it can run, such as portrait or shop/*; * matches any characters.")
          List<String> workflows,
      @Option(
              names = "--networks",
              split = ",",
              paramLabel = "CIDR",
              description = "The only client addresses that can use it, such as 10.0.0.0/8.")
          List<String> networks,
      @Option(
              names = "--expires",
              paramLabel = "WHEN",
              description =
                  "A day in UTC (2027-01-31), a time (2027-01-31T12:00:00Z), or 90d, 12h from now.")
          String expires,
      @Option(names = "--requests-per-minute", paramLabel = "N") Long requestsPerMinute,
      @Option(names = "--jobs-per-minute", paramLabel = "N") Long jobsPerMinute,
      @Option(names = "--jobs-per-day", paramLabel = "N") Long jobsPerDay,
      @Option(names = "--jobs-per-month", paramLabel = "N") Long jobsPerMonth,
      @Option(
              names = "--no-previews",
              description =
                  "Send its WebSockets no pictures of prompts that still run, which some clients take for results.")
          boolean noPreviews,
      @Option(
              names = "--no-editor-metadata",
              description = "Leave the editor's file of a workflow out of the outputs of its jobs.")
          boolean noEditorMetadata,
      @Option(
              names = "--callback-secret",
              description = "Sign its callbacks with a secret of its own, which is printed.")
          boolean callbackSecret) {
    ObjectNode request = json.createObjectNode().put("name", name);
    list(request, "scopes", List.of(scopes.split("\\+")));
    list(request, "workflows", workflows);
    list(request, "networks", networks);
    if (expires != null) {
      request.put("expires_at", time(expires).toString());
    }
    request.put("requests_per_minute", requestsPerMinute);
    request.put("jobs_per_minute", jobsPerMinute);
    request.put("jobs_per_day", jobsPerDay);
    request.put("jobs_per_month", jobsPerMonth);
    request.put("previews", !noPreviews);
    request.put("editor_metadata", !noEditorMetadata);
    request.put("callback_secret", callbackSecret);
    return printSecrets(
        KeyAccess.useOrCreate(
            config, spec.commandLine().getErr(), access -> access.create(request)),
        config);
  }

  @Command(
      name = "list",
      description = "Lists the keys, without their secrets.",
      mixinStandardHelpOptions = true)
  int list(
      @Mixin ConfigOption config,
      @Option(names = "--json", description = "Print JSON with every field.") boolean asJson) {
    ObjectNode keys = KeyAccess.use(config, spec.commandLine().getErr(), KeyAccess::list);
    PrintWriter out = out();
    if (asJson) {
      out.println(keys.toPrettyString());
      return 0;
    }
    List<String[]> rows = new ArrayList<>();
    rows.add(
        new String[] {"NAME", "STATUS", "SCOPES", "WORKFLOWS", "NETWORKS", "EXPIRES", "LIMITS"});
    keys.path("keys").forEach(key -> rows.add(row(key)));
    table(rows, out);
    return 0;
  }

  @Command(
      name = "revoke",
      description = "Revokes a key and the links to the outputs of its jobs, at once.",
      mixinStandardHelpOptions = true)
  int revoke(@Mixin ConfigOption config, @Parameters(paramLabel = "NAME") String name) {
    KeyAccess.use(config, spec.commandLine().getErr(), access -> access.revoke(name));
    out().println("The key " + name + " is revoked.");
    return 0;
  }

  @Command(
      name = "rotate",
      description =
          "Gives a key a new secret and prints it. The previous one stays valid for a while.",
      mixinStandardHelpOptions = true)
  int rotate(
      @Mixin ConfigOption config,
      @Parameters(paramLabel = "NAME") String name,
      @Option(
              names = "--overlap",
              paramLabel = "TIME",
              defaultValue = "24h",
              description =
                  "How long the previous one stays valid: 30m, 24h (default), 7d; 0 for not at all.")
          String overlap,
      @Option(
              names = "--callback-secret",
              description = "Rotate the secret that signs its callbacks instead of the key.")
          boolean callbackSecret) {
    ObjectNode request =
        json.createObjectNode()
            .put("what", callbackSecret ? "callback_secret" : "key")
            .put("overlap_seconds", "0".equals(overlap) ? 0 : duration(overlap).toSeconds());
    return printSecrets(
        KeyAccess.use(config, spec.commandLine().getErr(), access -> access.rotate(name, request)),
        config);
  }

  private int printSecrets(ObjectNode key, ConfigOption config) {
    PrintWriter out = out();
    out.println();
    out.println("  Save it now; it cannot be shown again:");
    out.println();
    if (key.has("secret")) {
      String header = Settings.load(config.file(), Map.of()).get(CallerSettings.AUTH_HEADER);
      out.println("    " + header + ": " + key.path("secret").asText());
    }
    if (key.has("callback_secret")) {
      out.println("    callback secret: " + key.path("callback_secret").asText());
    }
    out.println();
    out.flush();
    return 0;
  }

  private static String[] row(JsonNode key) {
    List<String> limits = new ArrayList<>();
    limit(limits, key, "requests_per_minute", " requests/min");
    limit(limits, key, "jobs_per_minute", " jobs/min");
    limit(limits, key, "jobs_per_day", " jobs/day");
    limit(limits, key, "jobs_per_month", " jobs/month");
    return new String[] {
      key.path("name").asText() + ("settings".equals(key.path("source").asText()) ? " *" : ""),
      key.path("status").asText(),
      words(key.path("scopes"), "+", "-"),
      words(key.path("workflows"), ",", "all"),
      words(key.path("networks"), ",", "any"),
      key.path("expires_at").asText("never"),
      limits.isEmpty() ? "none" : String.join(", ", limits)
    };
  }

  private static void limit(List<String> limits, JsonNode key, String field, String unit) {
    if (key.has(field)) {
      limits.add(key.path(field).asText() + unit);
    }
  }

  private static String words(JsonNode list, String separator, String none) {
    List<String> words = new ArrayList<>();
    list.forEach(word -> words.add(word.asText()));
    return words.isEmpty() ? none : String.join(separator, words);
  }

  private static void table(List<String[]> rows, PrintWriter out) {
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.length; column++) {
        int at = column;
        int width = rows.stream().mapToInt(other -> other[at].length()).max().orElse(0);
        line.append(row[column]).append(" ".repeat(width - row[column].length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
    if (rows.stream().anyMatch(row -> row[0].endsWith(" *"))) {
      out.println("* from GATEWAY_API_KEYS");
    }
    out.flush();
  }

  private void list(ObjectNode request, String field, List<String> words) {
    if (words != null) {
      ArrayNode list = request.putArray(field);
      words.stream().map(String::strip).forEach(list::add);
    }
  }

  private Instant time(String text) {
    try {
      if (DURATION.matcher(text).matches()) {
        return Instant.now().plus(duration(text));
      }
      return text.matches("\\d{4}-\\d{2}-\\d{2}")
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--expires " + text + ": write 2027-01-31, 2027-01-31T12:00:00Z, 90d or 12h");
    }
  }

  private Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new ParameterException(
          spec.commandLine(), "\"" + text + "\" is not a duration such as 30m, 24h or 7d");
    }
    return Objects.requireNonNull(UNITS.get(matcher.group(2)))
        .multipliedBy(Long.parseLong(matcher.group(1)));
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
