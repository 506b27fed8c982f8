package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The frames of one prompt, in ComfyUI's order, whatever its servers send: {@code execution_start},
 * {@code execution_cached}, what happens while it runs, and how it ended. When they are sent is
 * decided by the {@link ClientLine} of its client.
 *
 * <ul>
 *   <li>The end is sent when the gateway has stored it, never when a server reports it: an attempt
 *       that failed may be repeated elsewhere, and files must be there when their names are sent.
 *   <li>Frames that no server sent are rebuilt from the stored result.
 *   <li>A picture with metadata is sent after the {@code progress} that a server sends behind it:
 *       ComfyUI sends pictures without metadata in this order, and some clients fail if a picture
 *       precedes the first progress.
 * </ul>
 */
final class PromptStream {
  /** The prefix of the topics of previews. */
  static final String PREVIEW = "preview ";

  // What shows that it has begun, though nobody heard the start.
  private static final Set<String> SHOWN =
      Set.of("execution_cached", "executing", "progress", "progress_state");

  private final ClientPrompt prompt;
  private final ClientLine line;
  private final Set<String> shown = new HashSet<>();
  private Optional<String> server = Optional.empty();
  private Optional<String> node = Optional.empty();
  private Optional<ClientFrame> picture = Optional.empty();
  private boolean started;
  private boolean ended;

  /**
   * How a prompt ended.
   *
   * @param outputs ComfyUI's {@code outputs} as the client sees them; empty if it failed
   * @param type of the last message: {@code execution_success}, {@code execution_error} or {@code
   *     execution_interrupted}
   * @param data the last message
   */
  record Ending(JsonNode outputs, String type, ObjectNode data) {}

  /**
   * @param line has the prompt in it
   */
  PromptStream(ClientPrompt prompt, ClientLine line) {
    this.prompt = prompt;
    this.line = line;
  }

  ClientPrompt prompt() {
    return prompt;
  }

  /** The prompt is about to be sent to a server; frames of another one are ignored from now on. */
  synchronized void sentTo(String name) {
    server = Optional.of(name);
  }

  /** Whether the frames of a server are those of this prompt's current attempt. */
  synchronized boolean isFrom(String name) {
    return !ended && server.map(name::equals).orElse(true);
  }

  /** The running node, if it is known. */
  synchronized Optional<String> node() {
    return ended ? Optional.empty() : node;
  }

  /** Whether the client knows that the prompt was accepted. */
  boolean isAnswered() {
    return line.isAnswered(prompt.job());
  }

  /** Whether it is the prompt that its client hears of. */
  boolean isCurrent() {
    return line.isCurrent(prompt.job());
  }

  synchronized boolean hasEnded() {
    return ended;
  }

  /**
   * Takes a text frame of a server.
   *
   * @param type its type
   * @param at the node that it is about; empty for none
   * @param text the whole frame
   */
  synchronized void text(String type, Optional<String> at, String text) {
    if (ended) {
      return;
    }
    if (!type.startsWith("progress")) {
      sendPicture();
    }
    if (SHOWN.contains(type)) {
      begin(prompt.created());
    }
    switch (type) {
      case "execution_start" -> {
        started = true;
        node = Optional.empty();
        shown.clear();
        pass(text, "");
      }
      case "execution_cached" -> pass(text, "");
      case "executing" -> {
        if (at.isPresent()) {
          node = at;
          pass(text, "");
        }
      }
      case "progress_state" -> pass(text, type + " " + prompt.job());
      case "progress" -> {
        pass(text, type + " " + prompt.job());
        sendPicture();
      }
      default -> {
        // The end is sent when it is stored.
      }
    }
  }

  /**
   * Takes the output of a node. It is sent at once if it names no file, else with the end.
   *
   * @param output as a server sent it
   */
  synchronized void executed(String at, JsonNode output) {
    sendPicture();
    if (!ended && !shown.contains(at) && ClientFiles.named(prompt.job(), output).equals(output)) {
      begin(prompt.created());
      showOutput(at, output);
    }
  }

  /**
   * Takes a picture with metadata.
   *
   * @param frame ComfyUI's type 4: the type, the length of the metadata, these, and the picture
   * @param from where the picture begins
   */
  synchronized void picture(Buffer frame, int from, boolean isPng) {
    if (!ended) {
      // A PNG is a result that exists nowhere else; a JPEG is a preview.
      String topic = isPng ? "" : PREVIEW + prompt.job();
      sendPicture();
      picture = Optional.of(new ClientFrame.Picture(renamed(frame, from), from, isPng, topic));
    }
  }

  private void sendPicture() {
    picture.ifPresent(this::pass);
    picture = Optional.empty();
  }

  // Both ids are UUIDs of the same length, so no offset changes.
  private Buffer renamed(Buffer frame, int from) {
    if (prompt.job().equals(prompt.promptId())) {
      return frame;
    }
    int metadata = 2 * Integer.BYTES;
    String names = frame.getString(metadata, from);
    return Buffer.buffer(frame.length())
        .appendBuffer(frame.slice(0, metadata))
        .appendString(names.replace(prompt.job().toString(), prompt.promptId().toString()))
        .appendBuffer(frame.slice(from, frame.length()));
  }

  /** Takes another binary frame. */
  synchronized void binary(Buffer frame, boolean isPreview) {
    if (!ended) {
      sendPicture();
      pass(ClientFrame.binary(frame, isPreview ? PREVIEW + prompt.job() : ""));
    }
  }

  /** The client has the answer to its request. May send the ends of prompts. */
  void answered() {
    line.answered(prompt.job());
  }

  /**
   * The end is stored. Calls {@code send} once: now, or when the prompt has its turn. {@code send}
   * sends {@link #last} and the frames after it.
   */
  void ended(Runnable send) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    line.ended(prompt.job(), send);
  }

  /** It gives up its turn. May send the ends of other prompts. */
  void leave() {
    line.leave(prompt.job());
  }

  /** Nothing more is sent. What is held back is dropped when it gives up its turn. */
  synchronized void drop() {
    ended = true;
    picture = Optional.empty();
  }

  /** The end could not be sent; call {@link #ended} again. */
  synchronized void reopen() {
    ended = false;
  }

  /** Sends the frames that are still missing, and how the prompt ended. */
  synchronized void last(Ending ending) {
    begin(Instant.ofEpochMilli(ending.data().path("timestamp").asLong()));
    sendPicture();
    for (Map.Entry<String, JsonNode> output : ending.outputs().properties()) {
      if (!shown.contains(output.getKey())) {
        showOutput(output.getKey(), output.getValue());
      }
    }
    send(ClientFrame.message(ending.type(), ending.data()));
  }

  // As a server would have begun.
  private void begin(Instant when) {
    if (started) {
      return;
    }
    started = true;
    send(ClientFrame.message("execution_start", data().put("timestamp", when.toEpochMilli())));
    ObjectNode cached = JsonNodeFactory.instance.objectNode();
    cached.putArray("nodes");
    cached.put("prompt_id", prompt.promptId().toString());
    send(ClientFrame.message("execution_cached", cached.put("timestamp", when.toEpochMilli())));
  }

  private void showOutput(String at, JsonNode output) {
    shown.add(at);
    ObjectNode data = JsonNodeFactory.instance.objectNode().put("node", at).put("display_node", at);
    data.set("output", output);
    data.put("prompt_id", prompt.promptId().toString());
    send(ClientFrame.message("executed", data));
  }

  private ObjectNode data() {
    return JsonNodeFactory.instance.objectNode().put("prompt_id", prompt.promptId().toString());
  }

  private void pass(ClientFrame picture) {
    begin(prompt.created());
    send(picture);
  }

  // Servers know the prompt by its job's id, which occurs nowhere else.
  private void pass(String text, String topic) {
    send(
        ClientFrame.text(
            text.replace(prompt.job().toString(), prompt.promptId().toString()), topic));
  }

  private void send(ClientFrame frame) {
    if (!line.tell(prompt.job(), frame)) {
      // Made up again when it has its turn.
      started = false;
      shown.clear();
    }
  }

  /** Its job's id. */
  UUID job() {
    return prompt.job();
  }
}
