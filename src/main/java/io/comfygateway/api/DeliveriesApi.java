package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.access.Scope;
import io.comfygateway.delivery.Attempt;
import io.comfygateway.delivery.Delivery;
import io.comfygateway.delivery.DeliveryLists;
import io.comfygateway.delivery.DeliveryLists.Listed;
import io.comfygateway.delivery.DeliveryLists.Place;
import io.comfygateway.delivery.DeliveryLists.Tried;
import io.comfygateway.delivery.DeliveryLists.Wanted;
import io.comfygateway.delivery.DeliveryQueries;
import io.comfygateway.delivery.Redelivery;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;

/** The steps that list deliveries, show their tries and send several of them again. */
public final class DeliveriesApi {
  private static final int PAGE = 50;
  private static final int MOST_ATTEMPTS = 200;
  private static final int MOST_SENT_AGAIN = 1_000;
  private static final int COUNTED_TO = 10_000;
  private static final int LONGEST_TARGET = 300;
  private static final String DUE = "due";
  private static final String RETRY = "retry";
  private static final Set<String> STATUSES = Set.of("waiting", DUE, "delivered", "dead");
  private static final Set<String> KINDS = Set.of("callback", "batch", "s3", "copy", "event");

  private final DeliveryLists lists;
  private final Redelivery redelivery;
  private final DeliveryQueries queries;
  private final JobView view;
  private final ObjectMapper json;

  public DeliveriesApi(
      DeliveryLists lists,
      Redelivery redelivery,
      DeliveryQueries queries,
      JobView view,
      ObjectMapper json) {
    this.lists = lists;
    this.redelivery = redelivery;
    this.queries = queries;
    this.view = view;
    this.json = json;
  }

  /**
   * Answers with a page of the caller's deliveries; with the scope {@code read-all}, of another's
   * or of all.
   *
   * @throws Problem where a parameter is not valid, or names others without that scope
   */
  public void list(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    Message request = exchange.getMessage();
    int limit = JobList.limit(request.getHeader("limit", String.class), PAGE);
    List<Listed> found = lists.page(wanted(request, caller), cursor(request), limit + 1);
    List<Listed> shown = found.subList(0, Math.min(limit, found.size()));
    ObjectNode body = json.createObjectNode();
    ArrayNode list = body.putArray("deliveries");
    shown.forEach(
        it -> list.add(render(it.delivery()).put("created_at", it.place().created().toString())));
    if (found.size() > limit) {
      body.put("next_cursor", text(shown.get(limit - 1).place()));
    }
    Responses.json(exchange, 200, body.toString());
  }

  /**
   * Answers with the numbers of the deliveries that the query describes, by receiver or destination
   * and status.
   *
   * @throws Problem where a parameter is not valid, or names others without the scope {@code
   *     read-all}
   */
  public void counts(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    ObjectNode body = json.createObjectNode();
    ArrayNode targets = body.putArray("targets");
    Map<String, ObjectNode> byName = new TreeMap<>();
    for (DeliveryLists.Count count :
        lists.counts(wanted(exchange.getMessage(), caller), COUNTED_TO)) {
      byName
          .computeIfAbsent(count.target(), target -> json.createObjectNode().put("target", target))
          .put(count.status(), count.count());
    }
    byName.values().forEach(targets::add);
    body.put("counted_to", COUNTED_TO);
    Responses.json(exchange, 200, body.toString());
  }

  private static Wanted wanted(Message request, Caller caller) {
    return new Wanted(
        JobFilter.owner(request.getHeader("caller", caller.name(), String.class), caller),
        word(request, "status", STATUSES),
        word(request, "kind", KINDS),
        target(request),
        JobFilter.time(request, "created_after"),
        JobFilter.time(request, "created_before"),
        new Tried(
            word(request, "tried_result", Set.of("delivered", RETRY, "dead"))
                .map(result -> RETRY.equals(result) ? DUE : result),
            JobFilter.time(request, "tried_after"),
            JobFilter.time(request, "tried_before")));
  }

  private static Optional<String> target(Message request) {
    Optional<String> target = Optional.ofNullable(request.getHeader("target", String.class));
    target
        .filter(it -> it.length() > LONGEST_TARGET)
        .ifPresent(
            it -> {
              throw new Problem(
                  ProblemType.INVALID_REQUEST,
                  "target has %d characters; at most %d.".formatted(it.length(), LONGEST_TARGET));
            });
    return target;
  }

  private static Optional<String> word(Message request, String name, Set<String> known) {
    Optional<String> word = Optional.ofNullable(request.getHeader(name, String.class));
    word.filter(it -> !known.contains(it))
        .ifPresent(
            it -> {
              throw new Problem(
                  ProblemType.INVALID_REQUEST,
                  "%s is %s; it is one of %s."
                      .formatted(
                          name,
                          StrictJson.shown(it),
                          String.join(", ", known.stream().sorted().toList())));
            });
    return word;
  }

  private static String text(Place place) {
    return place.created().toEpochMilli() + "_" + place.id();
  }

  private static Optional<Place> cursor(Message request) {
    String text = request.getHeader("cursor", String.class);
    if (text == null) {
      return Optional.empty();
    }
    String[] parts = text.split("_", 2);
    Optional<UUID> id = parts.length == 2 ? Ownership.id(parts[1]) : Optional.empty();
    if (id.isEmpty() || !parts[0].matches("[0-9]{1,14}")) {
      throw new Problem(
          ProblemType.INVALID_REQUEST,
          "cursor is not one that this gateway gave; take next_cursor of the page before.");
    }
    return Optional.of(new Place(Instant.ofEpochMilli(Long.parseLong(parts[0])), id.get()));
  }

  private ObjectNode render(Delivery delivery) {
    ObjectNode shown = view.delivery(delivery);
    shown.put(delivery.isOfBatch() ? "batch" : "job", delivery.job().toString());
    shown.put("caller", delivery.owner());
    return shown.put("target", delivery.target());
  }

  /**
   * Answers with one delivery and its tries, newest first.
   *
   * @throws Problem where the caller has no such delivery
   */
  public void show(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    String asked = exchange.getMessage().getHeader("id", String.class);
    Delivery delivery =
        Ownership.id(asked)
            .flatMap(queries::find)
            .filter(it -> isOf(caller, it, Scope.READ_ALL))
            .orElseThrow(
                () ->
                    new Problem(
                        ProblemType.UNKNOWN_DELIVERY,
                        "There is no delivery " + StrictJson.shown(asked) + " of this key."));
    ObjectNode body = render(delivery);
    ArrayNode tries = body.putArray("tries");
    lists.attempts(delivery.id(), MOST_ATTEMPTS).forEach(attempt -> tries.add(render(attempt)));
    Responses.json(exchange, 200, body.toString());
  }

  private static boolean isOf(Caller caller, Delivery delivery, Scope forOthers) {
    return caller.may(forOthers) || caller.name().equals(delivery.owner());
  }

  private ObjectNode render(Attempt attempt) {
    ObjectNode shown =
        json.createObjectNode()
            .put("attempt", attempt.number())
            .put("at", attempt.at().toString())
            .put("took_ms", attempt.tookMs())
            .put("result", DUE.equals(attempt.result()) ? RETRY : attempt.result());
    attempt.status().ifPresent(status -> shown.put("status", status));
    attempt.error().ifPresent(error -> shown.put("error", error));
    if (!attempt.answer().isEmpty()) {
      shown.put("answer", attempt.answer());
    }
    attempt.next().ifPresent(at -> shown.put("next_at", at.toString()));
    return shown;
  }

  /**
   * Makes deliveries of the caller due again: those that the body names by {@code ids}, or the dead
   * ones that the query describes. An admin may name those of others.
   *
   * @throws Problem where the body or a parameter is not valid
   */
  public void redeliver(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    List<UUID> named = RequestIds.of(exchange, json);
    List<UUID> ids;
    boolean more = false;
    if (named.isEmpty()) {
      Wanted wanted = wanted(exchange.getMessage(), caller);
      if (!wanted.owner().equals(Optional.of(caller.name()))) {
        caller.require(Set.of(Scope.ADMIN));
      }
      List<Listed> dead =
          lists.page(
              new Wanted(
                  wanted.owner(),
                  Optional.of(wanted.status().orElse("dead")),
                  wanted.kind(),
                  wanted.target(),
                  wanted.createdAfter(),
                  wanted.createdBefore(),
                  wanted.tried()),
              Optional.empty(),
              MOST_SENT_AGAIN + 1);
      more = dead.size() > MOST_SENT_AGAIN;
      ids = dead.stream().limit(MOST_SENT_AGAIN).map(it -> it.delivery().id()).toList();
    } else {
      ids =
          named.stream()
              .flatMap(id -> queries.find(id).stream())
              .filter(it -> isOf(caller, it, Scope.ADMIN))
              .map(Delivery::id)
              .toList();
    }
    JsonNode body =
        json.createObjectNode().put("redelivered", redelivery.of(ids)).put("more", more);
    Responses.json(exchange, 200, body.toString());
  }
}
