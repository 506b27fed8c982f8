package io.comfygateway.access;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.comfygateway.access.KeyRestrictions.Rates;
import io.comfygateway.config.Suggestion;
import io.comfygateway.egress.AddressRange;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads the request for a new key, and reports every fault in it. */
final class KeyRequest {
  static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern WORKFLOW = Pattern.compile("[\\p{L}\\p{M}\\p{N}._*/-]{1,200}");
  private static final Set<String> FIELDS =
      Set.of(
          "name",
          "scopes",
          "workflows",
          "networks",
          "expires_at",
          "requests_per_minute",
          "jobs_per_minute",
          "jobs_per_day",
          "jobs_per_month",
          "previews",
          "editor_metadata",
          "callback_secret");
  private static final Set<String> ROTATION = Set.of("what", "overlap_seconds");
  private static final int LONGEST_LIST = 50;

  private final JsonNode body;
  private final List<Problem.Fault> faults = new ArrayList<>();

  KeyRequest(JsonNode body) {
    this.body = body;
  }

  /**
   * Creates the key, with a new secret.
   *
   * @throws Problem {@link ProblemType#INVALID_INPUT} with every fault
   */
  GeneratedKey read(Instant now, Function<Boolean, KeyRecord.Signing> signing) {
    faults.addAll(unknown(body, FIELDS));
    String name = body.path("name").asText("");
    if (!NAME.matcher(name).matches()) {
      fault("name", "A name is 1 to 64 letters, digits, dots, dashes and underscores.");
    }
    Set<Scope> scopes = scopes();
    KeyRestrictions restrictions =
        new KeyRestrictions(
            workflows(),
            networks(),
            expires(now),
            rates(),
            flag("previews", true),
            flag("editor_metadata", true));
    boolean ownSecret = flag("callback_secret", false);
    if (!faults.isEmpty()) {
      throw new Problem(
          ProblemType.INVALID_INPUT,
          "The key cannot be created: " + faults.get(0).detail(),
          faults);
    }
    GeneratedKey key = ApiKeys.generate(name, scopes);
    return new GeneratedKey(
        key.secret(), key.record().with(restrictions, signing.apply(ownSecret), now));
  }

  private Set<Scope> scopes() {
    List<String> words = texts("scopes");
    if (words.isEmpty()) {
      return EnumSet.of(Scope.RUN);
    }
    try {
      return Scope.parse(String.join("+", words));
    } catch (IllegalArgumentException e) {
      fault(
          "scopes",
          words.contains(Scope.URL.word()) && words.contains(Scope.ADMIN.word())
              ? "A key with the scope url cannot have admin, since URLs are logged on their way."
              : "A scope is run, raw, read-all, publish, url or admin.");
      return Set.of();
    }
  }

  private List<String> workflows() {
    List<String> names = texts("workflows");
    if (!names.stream().allMatch(name -> WORKFLOW.matcher(name).matches())) {
      fault(
          "workflows",
          "Write a workflow as in its URL, without version, such as portrait or shop/portrait; * matches any characters, including /.");
    }
    return names;
  }

  private List<AddressRange> networks() {
    List<AddressRange> ranges = new ArrayList<>();
    for (String text : texts("networks")) {
      try {
        ranges.add(AddressRange.parse(text));
      } catch (IllegalArgumentException e) {
        fault(
            "networks", "\"" + text + "\" is not a network such as 10.0.0.0/8: " + e.getMessage());
      }
    }
    return ranges;
  }

  private Optional<Instant> expires(Instant now) {
    JsonNode value = body.path("expires_at");
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    try {
      Instant end = Instant.parse(value.asText());
      if (end.isAfter(now)) {
        return Optional.of(end);
      }
      fault("expires_at", "This time is in the past.");
    } catch (DateTimeParseException e) {
      fault(
          "expires_at", "A time must be in the format of RFC 3339, such as 2027-01-31T00:00:00Z.");
    }
    return Optional.empty();
  }

  private Rates rates() {
    return new Rates(
        count("requests_per_minute"),
        count("jobs_per_minute"),
        count("jobs_per_day"),
        count("jobs_per_month"));
  }

  private long count(String field) {
    JsonNode value = body.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return 0;
    }
    if (!value.canConvertToLong() || value.asLong() < 1 || value.asLong() > 1_000_000_000) {
      fault(field, "It must be a whole number from 1 to 1000000000; omit it for no limit.");
      return 0;
    }
    return value.asLong();
  }

  private boolean flag(String field, boolean usual) {
    JsonNode value = body.path(field);
    if (!value.isMissingNode() && !value.isBoolean()) {
      fault(field, "It must be true or false.");
    }
    return value.asBoolean(usual);
  }

  private List<String> texts(String field) {
    JsonNode value = body.path(field);
    List<String> texts = new ArrayList<>();
    if (value.isMissingNode() || value.isNull()) {
      return texts;
    }
    boolean wellFormed = value.isArray() && value.size() <= LONGEST_LIST;
    for (JsonNode one : wellFormed ? value : MissingNode.getInstance()) {
      wellFormed &= one.isTextual();
      texts.add(one.asText());
    }
    if (!wellFormed) {
      fault(field, "It must be a list of at most " + LONGEST_LIST + " strings.");
      return new ArrayList<>();
    }
    return texts;
  }

  private void fault(String field, String detail) {
    faults.add(new Problem.Fault("/" + field, detail));
  }

  /** The fields of a request that are not among those that are known. */
  private static List<Problem.Fault> unknown(JsonNode body, Set<String> known) {
    return body.properties().stream()
        .map(Map.Entry::getKey)
        .filter(name -> !known.contains(name))
        .limit(Problem.MOST_FAULTS)
        .map(
            name ->
                new Problem.Fault(
                    JsonPointer.empty().appendProperty(name).toString(), noField(name, known)))
        .toList();
  }

  private static String noField(String name, Set<String> known) {
    String meant = Suggestion.didYouMean(name, known);
    return "There is no field of this name" + (meant.isEmpty() ? "." : meant);
  }

  /**
   * Demands that the request to rotate a key has no fields but its own: with a misspelt {@code
   * overlap_seconds} a leaked secret would stay valid for a day.
   *
   * @throws Problem {@link ProblemType#INVALID_INPUT} that names each other field
   */
  static void requireRotation(JsonNode body) {
    List<Problem.Fault> unknown = unknown(body, ROTATION);
    if (!unknown.isEmpty()) {
      throw Problem.ofFields(ProblemType.INVALID_INPUT, unknown);
    }
  }

  /**
   * How long a former secret stays valid: {@code overlap_seconds}.
   *
   * @throws Problem if it is not from 0 to 30 days
   */
  static Duration overlap(JsonNode body, Duration usual) {
    JsonNode value = body.path("overlap_seconds");
    if (value.isMissingNode() || value.isNull()) {
      return usual;
    }
    long longest = Duration.ofDays(30).toSeconds();
    if (!value.canConvertToLong() || value.asLong() < 0 || value.asLong() > longest) {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT,
          "/overlap_seconds",
          "overlap_seconds must be a whole number of seconds from 0 to " + longest + " (30 days).");
    }
    return Duration.ofSeconds(value.asLong());
  }
}
