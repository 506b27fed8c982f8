package io.comfygateway.settings;

import com.google.re2j.PatternSyntaxException;
import io.comfygateway.access.ApiKeys;
import io.comfygateway.access.MasterKey;
import io.comfygateway.delivery.RetryDelays;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.log.LogLayout;
import io.comfygateway.pool.Backend;
import io.comfygateway.webhook.WebhookSecret;
import io.comfygateway.workflow.FileFault;
import io.comfygateway.workflow.Suggestion;
import io.comfygateway.workflow.ValidationMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks at every setting, so that all that cannot be used are named at once and not one a start.
 */
public final class SettingsCheck {
  private static final long LONGEST_S3_LINK_HOURS = 7 * 24;
  // A field name of HTTP (RFC 9110, section 5.6.2).
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final Pattern VARIABLE = Pattern.compile("\\{\\{env:([A-Za-z0-9_]+)");

  private final Settings settings;
  private final Path file;
  private final Map<String, String> environment;
  private final Map<String, Runnable> checks = new LinkedHashMap<>();

  public SettingsCheck(Settings settings, Path file, Map<String, String> environment) {
    this.settings = settings;
    this.file = file;
    this.environment = environment;
    texts();
    numbers();
  }

  private void texts() {
    checked("gateway.backends.urls", value -> Backend.parse(value, 1));
    checked("gateway.backends.file", Path::of);
    checked("gateway.nodes.file", Path::of);
    checked("gateway.backends.error-pattern", SettingsCheck::expression);
    checks.put("gateway.host", settings::isLoopback);
    checks.put("gateway.public-url", settings::publicUrl);
    optional("gateway.api-keys", value -> ApiKeys.check(value, isLoopback()));
    checked("gateway.validate", ValidationMode::parse);
    checked("gateway.metrics", SettingsCheck::onSwitch);
    checked("gateway.log.format", LogLayout::requireFormat);
    checked("gateway.docs", SettingsCheck::onSwitch);
    checked("gateway.auth-header", SettingsCheck::token);
    access(new AccessSettings(settings));
    http(new HttpSettings(settings));
    optional("gateway.master-key", MasterKey::ofBase64);
    checked("gateway.data-dir", Path::of);
    optional("gateway.files-dir", Path::of);
    checked("gateway.routes-dir", Path::of);
    checked("gateway.workflows-dir", Path::of);
    optional("gateway.db.url", SettingsCheck::jdbc);
    optional("gateway.db.user", value -> {});
    optional("gateway.db.password", value -> {});
    optional("gateway.callback.secret", WebhookSecret::parseAll);
    optional("gateway.callback.allow", UrlGuard::new);
    checked("gateway.callback.delays", RetryDelays::parse);
    checked("gateway.input.delays", RetryDelays::parse);
    optional("gateway.outputs.websocket-nodes", value -> {});
    checks.put("gateway.s3.endpoint", settings::s3Endpoint);
    optional("gateway.s3.region", value -> {});
    optional("gateway.s3.bucket", value -> s3Links());
    optional("gateway.s3.access-key", value -> together("gateway.s3.secret-key"));
    optional("gateway.s3.secret-key", value -> together("gateway.s3.access-key"));
  }

  // Without what could take more than one look at each letter: a server writes the text.
  private static void expression(String value) {
    try {
      com.google.re2j.Pattern.compile(value);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "is no regular expression of RE2: " + e.getDescription(), e);
    }
  }

  private static void onSwitch(String value) {
    if (!List.of("key", "open", "off").contains(value)) {
      throw new IllegalArgumentException("\"" + value + "\" is not key, open or off");
    }
  }

  private void http(HttpSettings http) {
    checks.put("gateway.cors.origins", http::origins);
    optional("gateway.tls.certificate", value -> together("gateway.tls.key"));
    optional(
        "gateway.tls.key",
        value -> {
          together("gateway.tls.certificate");
          http.requireCertificate();
        });
    HttpSettings.NUMBERS.forEach((name, range) -> number(name, range.least(), range.most()));
  }

  private void access(AccessSettings access) {
    checks.put("gateway.auth", access::mode);
    for (String scopes :
        List.of(
            "gateway.auth.open-scopes",
            "gateway.jwt.scopes",
            "gateway.cloudflare.scopes",
            "gateway.forwarded-user.scopes")) {
      checks.put(scopes, () -> access.scopes(scopes));
    }
    checks.put("gateway.trusted-proxies", access::trustedProxies);
    for (String key :
        List.of("gateway.jwt.secret", "gateway.jwt.public-key", "gateway.jwt.jwks-url")) {
      optional(key, value -> access.tokenKeys(key));
    }
    optional("gateway.jwt.issuer", value -> {});
    optional("gateway.jwt.audience", value -> {});
    checked("gateway.jwt.caller-claim", value -> {});
    optional("gateway.jwt.scopes-claim", value -> {});
    checks.put("gateway.cloudflare.team-url", () -> access.cloudflare(InstantSource.system()));
    optional("gateway.cloudflare.audience", value -> {});
    optional(
        "gateway.forwarded-user.header",
        value -> {
          token(value);
          access.checkForwardedUser();
        });
    number("gateway.auth.failures-per-minute", 1, 1_000_000);
    number("gateway.jwt.clock-skew-seconds", 0, 600);
    number("gateway.jwt.jwks-minutes", 1, 1_440);
  }

  private void numbers() {
    checks.put("gateway.retention", () -> settings.period("gateway.retention"));
    number("gateway.output.max-bytes", 0, Long.MAX_VALUE);
    number("gateway.min-free-bytes", 0, Long.MAX_VALUE);
    number("gateway.comfyui.max-answer-bytes", 65_536, Long.MAX_VALUE);
    number("gateway.comfyui.max-file-bytes", 1, Long.MAX_VALUE);
    number("gateway.backends.give-up-seconds", 0, 31_536_000);
    number("gateway.port", 0, 65_535);
    number("gateway.wait.max-seconds", 1, 3_600);
    number("gateway.db.connections", 2, 1_000);
    number("gateway.max-nodes", 1, 100_000);
    number("gateway.max-text-characters", 1, 100_000_000);
    number("gateway.input.max-bytes", 1, Long.MAX_VALUE);
    number("gateway.input.max-pixels", 1, Long.MAX_VALUE);
    number("gateway.input.max-files", 1, 1_000);
    number("gateway.batch.max-jobs", 1, 1_000);
    number("gateway.batch.max-bytes", 1, 1_073_741_824L);
    number("gateway.batch.max-unpacked-bytes", 1, 1_073_741_824L);
    number("gateway.batch.max-seconds", 1, 600);
    number("gateway.routes.drain-seconds", 1, 600);
    number("gateway.stop.limit-seconds", 1, 3_600);
    number("gateway.lease-seconds", 2, 3_600);
    number("gateway.backends.object-info-seconds", 1, 1_000_000);
    number("gateway.run.attempts", 1, 100);
    number("gateway.deliver.per-caller", 0, 1_000);
    number("gateway.idempotency.retention-hours", 1, 100_000);
    number("gateway.output-url.valid-hours", 1, 100_000);
    for (String count :
        List.of(
            "gateway.window",
            "gateway.probe.failures",
            "gateway.backends.failed-prompts",
            "gateway.callback.per-receiver",
            "gateway.input.max-fetches",
            "gateway.input.max-fetches-per-key",
            "gateway.run.consumers",
            "gateway.collect.consumers",
            "gateway.deliver.consumers")) {
      number(count, 1, 1_000);
    }
    for (String limit :
        List.of(
            "gateway.max-waiting", "gateway.max-waiting-per-key", "gateway.max-running-per-key")) {
      checks.put(limit, () -> settings.limit(limit));
    }
    for (String time :
        List.of(
            "gateway.poll.interval-ms",
            "gateway.probe.interval-ms",
            "gateway.probe.longest-interval-ms",
            "gateway.backends.rest-ms",
            "gateway.backends.longest-rest-ms",
            "gateway.comfyui.connect-timeout-ms",
            "gateway.comfyui.answer-timeout-ms",
            "gateway.comfyui.response-timeout-ms",
            "gateway.files.check-interval-ms",
            "gateway.keys.check-interval-ms",
            "gateway.input.timeout-ms",
            "gateway.callback.timeout-ms",
            "gateway.dispatch.interval-ms",
            "gateway.deliver.interval-ms",
            "gateway.retention.interval-ms",
            "gateway.recover.interval-ms")) {
      number(time, 1, Integer.MAX_VALUE);
    }
  }

  private void checked(String name, Consumer<String> check) {
    checks.put(name, () -> check.accept(settings.text(name)));
  }

  private void optional(String name, Consumer<String> check) {
    checks.put(name, () -> settings.optional(name).ifPresent(check));
  }

  private void number(String name, long min, long max) {
    checks.put(name, () -> settings.number(name, min, max));
  }

  // A host that is no address is that setting's own fault.
  private boolean isLoopback() {
    try {
      return settings.isLoopback();
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  private static void token(String value) {
    if (!value.matches(TOKEN)) {
      throw new IllegalArgumentException(
          "\"" + value + "\" is no name of a header, such as X-API-Key");
    }
  }

  private static void jdbc(String value) {
    if (!value.startsWith("jdbc:")) {
      throw new IllegalArgumentException(
          "it is no JDBC URL; write one such as jdbc:postgresql://host/name, or leave it empty");
    }
    if (!value.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException(
          "the gateway keeps its jobs in PostgreSQL (jdbc:postgresql://host/name) or, where this is"
              + " left empty, in H2 in the data folder; no other database is possible");
    }
  }

  private void s3Links() {
    if (settings.number("gateway.output-url.valid-hours", 1, 100_000) > LONGEST_S3_LINK_HOURS) {
      throw new IllegalArgumentException(
          "links into a bucket are valid for 7 days at most; set gateway.output-url.valid-hours to "
              + LONGEST_S3_LINK_HOURS
              + " or less");
    }
  }

  private void together(String other) {
    if (settings.optional(other).isEmpty()) {
      throw new IllegalArgumentException(
          "it is set but " + other + " is not; set both, or neither");
    }
  }

  /** What cannot be used, in the order of the file. */
  public List<FileFault> faults() {
    List<String> lines = lines();
    List<FileFault> faults = new ArrayList<>();
    checks.forEach(
        (name, check) -> {
          try {
            check.run();
          } catch (IllegalArgumentException e) {
            faults.add(fault(lines, name, e.getMessage()));
          }
        });
    for (int i = 0; i < lines.size(); i++) {
      Optional<String> name = name(lines.get(i)).filter(it -> it.startsWith("gateway."));
      if (name.isPresent() && !checks.containsKey(name.get())) {
        String near = Suggestion.didYouMean(name.get(), checks.keySet());
        String detail = "There is no setting of this name" + near;
        faults.add(new FileFault(file.toString(), i + 1, name.get(), detail, ""));
      }
    }
    faults.sort(Comparator.comparing(FileFault::line));
    return faults;
  }

  private FileFault fault(List<String> lines, String name, String detail) {
    int line = 0;
    Optional<String> variable = Optional.empty();
    for (int i = 0; i < lines.size(); i++) {
      if (name(lines.get(i)).filter(name::equals).isPresent()) {
        line = i + 1;
        Matcher matcher = VARIABLE.matcher(lines.get(i));
        variable = matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
      }
    }
    String remedy =
        variable
            .map(it -> environment.containsKey(it) ? "fix " + it : "fix it here or set " + it)
            .orElse("fix it here");
    return new FileFault(file.toString(), line, name, detail.replaceAll("\\.$", ""), remedy);
  }

  private static Optional<String> name(String line) {
    String text = line.strip();
    int end = text.indexOf('=');
    return end < 0 || text.startsWith("#") || text.startsWith("!")
        ? Optional.empty()
        : Optional.of(text.substring(0, end).strip());
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
