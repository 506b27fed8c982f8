package io.comfygateway.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.egress.AddressRange;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.webhook.WebhookSecret;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.dao.DuplicateKeyException;

/**
 * Creates, lists, revokes and rotates keys, with JSON as input and output, for the HTTP operations
 * and the command. A change is in effect in this gateway when the method returns.
 */
public final class KeyAdmin {
  private static final Duration OVERLAP = Duration.ofHours(24);

  private final KeyStore store;
  private final ApiKeys keys;
  private final StoredKeys refreshed;
  private final WebhookSecret gatewaysOwn;
  private final ObjectMapper json;
  private final InstantSource clock;

  /**
   * Creates the administration of keys.
   *
   * @param gatewaysOwn signs the callbacks of keys without a signing secret of their own
   */
  public KeyAdmin(
      KeyStore store,
      ApiKeys keys,
      WebhookSecret gatewaysOwn,
      ObjectMapper json,
      InstantSource clock) {
    this.store = store;
    this.keys = keys;
    this.refreshed = new StoredKeys(store, keys, clock);
    this.gatewaysOwn = gatewaysOwn;
    this.json = json;
    this.clock = clock;
  }

  /** Loads changes made by other gateways on the same database. */
  public void refresh() {
    refreshed.refresh();
  }

  /** {@code {"keys": […]}}, sorted by name, without secrets. */
  public ObjectNode list() {
    refreshed.refresh();
    ObjectNode body = json.createObjectNode();
    ArrayNode list = body.putArray("keys");
    Map<String, Instant> uses = new HashMap<>(store.lastUses());
    keys.lastUses().forEach((name, at) -> uses.merge(name, at, KeyAdmin::later));
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    Map<String, Long> ofDay = store.jobsOf(today.toString());
    Map<String, Long> ofMonth = store.jobsOf(YearMonth.from(today).toString());
    Stream.concat(
            keys.configured().stream()
                .filter(key -> KeyRequest.NAME.matcher(key.name()).matches())
                .map(key -> view(key, "settings")),
            keys.stored().stream().map(key -> view(key, "store")))
        .sorted(Comparator.comparing(view -> view.path("name").asText()))
        .forEach(
            view -> {
              Optional.ofNullable(uses.get(view.path("name").asText()))
                  .ifPresent(at -> view.put("last_used_at", at.toString()));
              usage(view, "jobs_per_day", "jobs_today", ofDay);
              usage(view, "jobs_per_month", "jobs_this_month", ofMonth);
              list.add(view);
            });
    return body;
  }

  private static void usage(ObjectNode view, String limit, String field, Map<String, Long> jobs) {
    if (view.has(limit)) {
      view.put(field, jobs.getOrDefault(view.path("name").asText(), 0L));
    }
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  /**
   * Creates a key. The result is the only place where its secret and, if requested, its own secret
   * for callbacks are shown.
   *
   * @throws Problem if a field is not valid or the name is taken
   */
  public ObjectNode create(JsonNode request) {
    Instant now = clock.instant();
    GeneratedKey key =
        new KeyRequest(request)
            .read(
                now,
                own ->
                    own
                        ? new KeyRecord.Signing(
                            Optional.of(WebhookSecret.generate()), Optional.empty())
                        : KeyRecord.Signing.GATEWAYS_OWN);
    String name = key.record().name();
    if (isConfigured(name)) {
      throw taken(name, "is one of GATEWAY_API_KEYS");
    }
    try {
      store.add(key.record(), now);
    } catch (DuplicateKeyException e) {
      throw taken(
          name,
          "already exists or was revoked; the name of a revoked key is not used again, because its"
              + " jobs belong to it");
    }
    refreshed.refresh();
    ObjectNode view = view(key.record(), "store").put("secret", key.secret());
    key.record().signing().secret().ifPresent(own -> view.put("callback_secret", own.text()));
    return view;
  }

  private static Problem taken(String name, String why) {
    return Problem.ofField(
        ProblemType.KEY_CONFLICT,
        "/name",
        "The key \"" + name + "\" " + why + ". Choose another name.");
  }

  /**
   * Revokes a key at once, with every link to its jobs' outputs. Revoking it again is not an error.
   *
   * @throws Problem if there is no such key
   */
  public ObjectNode revoke(String name) {
    stored(name);
    store.revoke(name, clock.instant());
    refreshed.refresh();
    return view(stored(name), "store");
  }

  /**
   * Gives a key a new secret or, with {@code "what": "callback_secret"}, a new secret for
   * callbacks. The former one stays valid for {@code overlap_seconds} (by default a day).
   *
   * @throws Problem if a field is not valid, there is no such key, or it was revoked
   */
  public ObjectNode rotate(String name, JsonNode request) {
    KeyRequest.requireRotation(request);
    Instant until = clock.instant().plus(KeyRequest.overlap(request, OVERLAP));
    String what = request.path("what").asText("key");
    if (stored(name).isRevoked()) {
      throw new Problem(
          ProblemType.KEY_CONFLICT,
          "The key \"" + name + "\" was revoked, which cannot be undone. Create another one.");
    }
    ObjectNode secret = json.createObjectNode();
    if ("callback_secret".equals(what)) {
      WebhookSecret made = WebhookSecret.generate();
      WebhookSecret former = stored(name).signing().secret().orElse(gatewaysOwn);
      store.rotateCallbackSecret(name, made, new Overlap<>(former, until));
      secret.put("callback_secret", made.text());
    } else if ("key".equals(what)) {
      GeneratedKey made = ApiKeys.generate(name, stored(name).scopes());
      store.rotate(name, made.record().secret(), until);
      secret.put("secret", made.secret());
    } else {
      throw Problem.ofField(
          ProblemType.INVALID_INPUT, "/what", "what must be \"key\" or \"callback_secret\".");
    }
    refreshed.refresh();
    ObjectNode view = view(stored(name), "store");
    view.setAll(secret);
    return view;
  }

  private KeyRecord stored(String name) {
    return keys.stored().stream()
        .filter(key -> key.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                isConfigured(name)
                    ? new Problem(
                        ProblemType.KEY_CONFLICT,
                        "The key \""
                            + name
                            + "\" is one of GATEWAY_API_KEYS: change it there and restart the gateway.")
                    : new Problem(
                        ProblemType.UNKNOWN_KEY,
                        "There is no key \"" + name + "\". GET /keys lists them."));
  }

  private boolean isConfigured(String name) {
    return keys.configured().stream().anyMatch(key -> key.name().equals(name));
  }

  private ObjectNode view(KeyRecord key, String source) {
    ObjectNode view = json.createObjectNode();
    view.put("name", key.name());
    view.put("source", source);
    view.put("status", status(key));
    ArrayNode scopes = view.putArray("scopes");
    key.scopes().stream().sorted().map(Scope::word).forEach(scopes::add);
    ArrayNode workflows = view.putArray("workflows");
    key.restrictions().workflows().forEach(workflows::add);
    ArrayNode networks = view.putArray("networks");
    key.restrictions().networks().stream().map(AddressRange::toString).forEach(networks::add);
    KeyRestrictions.Rates rates = key.restrictions().rates();
    count(view, "requests_per_minute", rates.requestsPerMinute());
    count(view, "jobs_per_minute", rates.jobsPerMinute());
    count(view, "jobs_per_day", rates.jobsPerDay());
    count(view, "jobs_per_month", rates.jobsPerMonth());
    view.put("previews", key.restrictions().previews());
    view.put("editor_metadata", key.restrictions().editorMetadata());
    view.put("own_callback_secret", key.signing().secret().isPresent());
    if ("store".equals(source)) {
      view.put("created_at", key.life().created().toString());
    }
    key.restrictions().expires().ifPresent(end -> view.put("expires_at", end.toString()));
    key.life().revoked().ifPresent(end -> view.put("revoked_at", end.toString()));
    key.former()
        .filter(old -> !old.isOver(clock.instant()))
        .ifPresent(old -> view.put("former_secret_until", old.until().toString()));
    return view;
  }

  private String status(KeyRecord key) {
    if (key.isRevoked()) {
      return "revoked";
    }
    return key.isLive(clock.instant()) ? "active" : "expired";
  }

  private static void count(ObjectNode view, String field, long limit) {
    if (limit > 0) {
      view.put(field, limit);
    }
  }
}
