package io.comfygateway.workflow.embedded;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.comfygateway.config.JsonLimits;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * What a media file says of how ComfyUI made it.
 *
 * @param prompt the graph that ran, in the API format
 * @param workflow what the editor had saved of it
 */
public record EmbeddedGraph(Optional<JsonNode> prompt, Optional<JsonNode> workflow) {
  // ComfyUI writes NaN where a node asks to run each time.
  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().streamReadConstraints(JsonLimits.ofCallers()).build())
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * Reads a PNG, WebP, JPEG, MP4, WebM, FLAC or MP3.
   *
   * @return empty if it is none of them, or carries no graph
   * @throws IOException if the file cannot be read
   */
  public static Optional<EmbeddedGraph> read(Path file) throws IOException {
    try (MediaBytes bytes = MediaBytes.open(file)) {
      return read(bytes);
    }
  }

  /** Reads a file that is in memory, as {@link #read(Path)}. */
  public static Optional<EmbeddedGraph> read(byte[] file) {
    try (MediaBytes bytes = MediaBytes.of(file)) {
      return read(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // One file at a time: its texts may take 48 MiB before they are parsed.
  private static synchronized Optional<EmbeddedGraph> read(MediaBytes bytes) throws IOException {
    MediaTexts texts = new MediaTexts();
    try {
      read(bytes, texts);
    } catch (EOFException | ZipException cutOff) {
      // What stands before that has been read.
    }
    return of(texts.byName());
  }

  /**
   * Whether a file is of a kind that can carry a graph, by its first bytes.
   *
   * @throws IOException if the file cannot be read
   */
  public static boolean isMedia(Path file) throws IOException {
    try (MediaBytes bytes = MediaBytes.open(file)) {
      return PngTexts.isMeant(bytes)
          || WebpTexts.isMeant(bytes)
          || JpegTexts.isMeant(bytes)
          || Mp4Texts.isMeant(bytes)
          || WebmTexts.isMeant(bytes)
          || FlacTexts.isMeant(bytes)
          || Mp3Texts.isMeant(bytes);
    }
  }

  private static void read(MediaBytes file, MediaTexts texts) throws IOException {
    if (PngTexts.isMeant(file)) {
      PngTexts.read(file, texts);
    } else if (WebpTexts.isMeant(file)) {
      WebpTexts.read(file, texts);
    } else if (JpegTexts.isMeant(file)) {
      JpegTexts.read(file, texts);
    } else if (Mp4Texts.isMeant(file)) {
      Mp4Texts.read(file, texts);
    } else if (WebmTexts.isMeant(file)) {
      WebmTexts.read(file, texts);
    } else if (FlacTexts.isMeant(file)) {
      FlacTexts.read(file, texts);
    } else if (Mp3Texts.isMeant(file)) {
      Mp3Texts.read(file, texts);
    }
  }

  private static Optional<EmbeddedGraph> of(Map<String, String> texts) {
    Optional<JsonNode> prompt = json(texts.get("prompt"));
    Optional<JsonNode> workflow = json(texts.get("workflow"));
    if (prompt.isEmpty() || workflow.isEmpty()) {
      Optional<JsonNode> comment = json(texts.get("comment"));
      prompt = prompt.or(() -> comment.flatMap(it -> part(it, "prompt")));
      workflow = workflow.or(() -> comment.flatMap(it -> part(it, "workflow")));
    }
    return prompt.isEmpty() && workflow.isEmpty()
        ? Optional.empty()
        : Optional.of(new EmbeddedGraph(prompt, workflow));
  }

  // VideoHelperSuite puts both into one comment, in some versions as texts.
  private static Optional<JsonNode> part(JsonNode comment, String name) {
    JsonNode part = comment.path(name);
    return part.isTextual() ? json(part.asText()) : Optional.of(part).filter(JsonNode::isObject);
  }

  private static Optional<JsonNode> json(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    String bare = text.replace("\0", "").strip();
    if (!bare.startsWith("{")) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readTree(bare)).filter(JsonNode::isObject);
    } catch (JsonProcessingException damaged) {
      return Optional.empty();
    }
  }
}
