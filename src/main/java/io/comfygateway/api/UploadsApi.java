package io.comfygateway.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.access.Caller;
import io.comfygateway.media.UnfitFileException;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.upload.FileReference;
import io.comfygateway.upload.UploadStore;
import io.comfygateway.upload.Uploads;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.jspecify.annotations.Nullable;

/** The steps of {@code /uploads}: files that a caller sends once and uses in several jobs. */
public final class UploadsApi {
  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int NO_CONTENT = 204;
  private static final int USUAL_PAGE = 50;
  private static final Pattern CURSOR = Pattern.compile("(\\d{1,16})_([0-9a-f-]{36})");

  private final Uploads uploads;
  private final UploadStore store;
  private final ObjectMapper json;

  public UploadsApi(Uploads uploads, UploadStore store, ObjectMapper json) {
    this.uploads = uploads;
    this.store = store;
    this.json = json;
  }

  /**
   * Stores the file of a request for its caller: the body itself, or the file of a form.
   *
   * @throws Problem if there is no file, it is not accepted, or the caller's uploads take too much
   */
  public void add(Exchange exchange, @ExchangeProperty("caller") Caller caller) throws IOException {
    UploadedFile file = UploadedFile.of(exchange);
    FileReference wanted = new FileReference(file.filename(), "", FileReference.INPUT);
    Uploads.Upload stored;
    try (InputStream bytes = file.open()) {
      FileReference name = store.add(caller.name(), wanted, false, bytes);
      stored =
          uploads
              .find(caller.name(), name)
              .orElseThrow(() -> unknown("The upload was removed while it was stored."));
    } catch (UnfitFileException unfit) {
      throw new Problem(ProblemType.INVALID_INPUT, "The file " + unfit.getMessage() + ".");
    }
    Responses.json(exchange, CREATED, view(stored).toString());
    exchange.getMessage().setHeader("Location", path(stored.id()));
  }

  /**
   * A page of the caller's uploads, the newest first.
   *
   * @throws Problem if a parameter is not valid
   */
  public void list(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    int limit = JobList.limit(exchange.getMessage().getHeader("limit", String.class), USUAL_PAGE);
    Optional<Uploads.Place> after = cursor(exchange.getMessage().getHeader("cursor", String.class));
    List<Uploads.Upload> found = uploads.page(caller.name(), after, limit + 1);
    List<Uploads.Upload> shown = found.subList(0, Math.min(limit, found.size()));
    ObjectNode body = json.createObjectNode();
    ArrayNode list = body.putArray("uploads");
    shown.forEach(upload -> list.add(view(upload)));
    if (found.size() > limit) {
      Uploads.Upload last = shown.get(limit - 1);
      body.put("next_cursor", cursor(new Uploads.Place(last.created(), last.id())));
    }
    Responses.json(exchange, OK, body.toString());
  }

  /**
   * One upload of the caller.
   *
   * @throws Problem if it has no such upload
   */
  public void show(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    Uploads.Upload upload =
        id(exchange)
            .flatMap(id -> uploads.find(caller.name(), id))
            .orElseThrow(UploadsApi::unknown);
    Responses.json(exchange, OK, view(upload).toString());
  }

  /**
   * Removes an upload of the caller.
   *
   * @throws Problem if it has no such upload
   */
  public void remove(Exchange exchange, @ExchangeProperty("caller") Caller caller)
      throws IOException {
    Optional<UUID> id = id(exchange);
    if (id.isEmpty() || !store.remove(caller.name(), id.get())) {
      throw unknown();
    }
    Responses.send(exchange, NO_CONTENT, "application/json", "");
  }

  private static Optional<UUID> id(Exchange exchange) {
    return Ownership.id(exchange.getMessage().getHeader("id", "", String.class));
  }

  private static Problem unknown() {
    return unknown("There is no such upload; GET /uploads lists those of this key.");
  }

  private static Problem unknown(String detail) {
    return new Problem(ProblemType.UNKNOWN_UPLOAD, detail);
  }

  private static String path(UUID id) {
    return "/uploads/" + id;
  }

  private ObjectNode view(Uploads.Upload upload) {
    ObjectNode view = json.createObjectNode();
    view.put("id", upload.id().toString());
    view.put("filename", upload.name().filename());
    if (!upload.name().subfolder().isEmpty()) {
      view.put("subfolder", upload.name().subfolder());
    }
    view.put("content_type", upload.file().contentType());
    view.put("bytes", upload.file().bytes());
    view.put("sha256", upload.file().sha256());
    view.put("created_at", upload.created().toString());
    view.put("expires_at", store.expires(upload).toString());
    return view;
  }

  /** A place as callers send it back; the database keeps microseconds. */
  static String cursor(Uploads.Place place) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, place.created()) + "_" + place.id();
  }

  static Optional<Uploads.Place> cursor(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    Matcher place = CURSOR.matcher(text);
    return Optional.of(place)
        .filter(Matcher::matches)
        .flatMap(
            it ->
                Ownership.id(it.group(2))
                    .map(
                        id ->
                            new Uploads.Place(
                                Instant.EPOCH.plus(Long.parseLong(it.group(1)), ChronoUnit.MICROS),
                                id)))
        .or(
            () -> {
              throw new Problem(
                  ProblemType.INVALID_REQUEST,
                  "cursor is not one that this gateway gave; take next_cursor of the page before.");
            });
  }
}
