package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.access.Caller;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.jspecify.annotations.Nullable;

/** The steps of {@code /history}: the caller's own prompts that have ended. */
public final class HistoryApi {
  /** How many entries a request may list. Each is read whole from the database. */
  private static final int MOST = 1_000;

  private final ClientPrompts prompts;
  private final PromptEntries entries;
  private final ObjectMapper json;
  private final int usual;
  private final long mostBytes;

  /**
   * Creates the steps.
   *
   * @param usual how many entries a request without a limit gets
   * @param mostBytes how many bytes a list may have; older entries are left out
   */
  public HistoryApi(
      ClientPrompts prompts, PromptEntries entries, ObjectMapper json, int usual, long mostBytes) {
    this.prompts = prompts;
    this.entries = entries;
    this.json = json;
    this.usual = usual;
    this.mostBytes = mostBytes;
  }

  /** {@code GET /history}: the newest entries, the oldest of them first. */
  public void list(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @Header("max_items") @Nullable String most,
      @Header("offset") @Nullable String offset) {
    int limit = Math.min(Math.max(MOST, usual), number(most, usual));
    List<ClientPrompt> newest =
        limit == 0 ? List.of() : prompts.history(caller.name(), limit, number(offset, 0));
    // Of several prompts with one id the newest counts, as in ComfyUI.
    Map<UUID, ClientPrompt> byId = new LinkedHashMap<>();
    newest.forEach(prompt -> byId.putIfAbsent(prompt.promptId(), prompt));
    List<ClientPrompt> shown = new ArrayList<>();
    long bytes = 0;
    for (ClientPrompt prompt : byId.values()) {
      int size = entries.endedSize(prompt);
      bytes += size;
      if (bytes > mostBytes && !shown.isEmpty()) {
        break;
      }
      if (size > 0) {
        shown.add(prompt);
      }
    }
    Collections.reverse(shown);
    ClientResponses.entries(exchange, new EntryList<>("{", shown.iterator(), this::named, "}"));
  }

  private Optional<byte[]> named(ClientPrompt prompt) {
    return entries
        .ended(prompt)
        .map(entry -> EntryList.joined("\"" + prompt.promptId() + "\": ", entry));
  }

  /** {@code GET /history/{prompt_id}}: empty for a prompt that has not ended or does not exist. */
  public void one(
      Exchange exchange,
      @ExchangeProperty("caller") Caller caller,
      @Header("prompt_id") String promptId) {
    Iterator<ClientPrompt> found =
        QueueApi.id(promptId)
            .flatMap(id -> prompts.find(caller.name(), id))
            .filter(prompt -> prompt.ended().isPresent())
            .stream()
            .iterator();
    ClientResponses.entries(exchange, new EntryList<>("{", found, this::named, "}"));
  }

  /** {@code POST /history}: deletes entries. The jobs, and their files, stay. */
  public void delete(Exchange exchange, @ExchangeProperty("caller") Caller caller) {
    JsonNode body = PromptBody.require(exchange, json);
    if (body.path("clear").asBoolean(false)) {
      prompts.forgetAll(caller.name());
    }
    QueueApi.ids(body.path("delete")).forEach(id -> prompts.forget(caller.name(), id));
    ClientResponses.empty(exchange);
  }

  // ComfyUI answers 500 to a value that is not a number.
  private static int number(@Nullable String text, int otherwise) {
    if (text != null && text.matches("-\\d{1,9}")) {
      return 0;
    }
    return text != null && text.matches("\\d{1,9}") ? Integer.parseInt(text) : otherwise;
  }
}
