package io.comfygateway.picture;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.comfygateway.workflow.embedded.EmbeddedGraph;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The graph and the workflow in a picture, as ComfyUI writes them, in ASCII.
 *
 * @param prompt the graph that ran, as JSON
 * @param workflow the file of the editor, as JSON
 */
public record PictureMetadata(Optional<String> prompt, Optional<String> workflow) {
  /** No texts. */
  public static final PictureMetadata NONE =
      new PictureMetadata(Optional.empty(), Optional.empty());

  private static final ObjectMapper ASCII =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
          .build();
  private static final int MODEL = 0x0110;
  private static final int MAKER = 0x010F;
  private static final int TEXT = 2;
  private static final int HEADER = 8;
  private static final int ENTRY = 12;

  /** The texts of a picture; none if it has none. */
  static PictureMetadata of(Path file) throws IOException {
    return EmbeddedGraph.read(file)
        .map(
            graph ->
                new PictureMetadata(
                    graph.prompt().map(PictureMetadata::text),
                    graph.workflow().map(PictureMetadata::text)))
        .orElse(NONE);
  }

  private static String text(JsonNode json) {
    try {
      return ASCII.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isEmpty() {
    return prompt.isEmpty() && workflow.isEmpty();
  }

  /**
   * Exif data with the texts where ComfyUI puts them: {@code prompt:…} as the model of the camera,
   * {@code workflow:…} as its maker.
   *
   * @param most how many bytes it may have; the workflow is left out first, then the prompt
   * @return empty if there is nothing, or nothing fits
   */
  Optional<byte[]> exif(int most) {
    for (PictureMetadata some : new PictureMetadata[] {this, withoutWorkflow()}) {
      byte[] exif = some.exif();
      if (!some.isEmpty() && exif.length <= most) {
        return Optional.of(exif);
      }
    }
    return Optional.empty();
  }

  private PictureMetadata withoutWorkflow() {
    return new PictureMetadata(prompt, Optional.empty());
  }

  // A TIFF of one directory (Exif 3.0, 4.6); a text of up to four bytes would be in its entry.
  private byte[] exif() {
    Optional<byte[]> maker = workflow.map(text -> bytes("workflow:", text));
    Optional<byte[]> model = prompt.map(text -> bytes("prompt:", text));
    int entries = (maker.isPresent() ? 1 : 0) + (model.isPresent() ? 1 : 0);
    int texts = HEADER + 2 + entries * ENTRY + 4;
    ByteArrayOutputStream directory = new ByteArrayOutputStream();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    maker.ifPresent(text -> add(MAKER, text, texts, directory, data));
    model.ifPresent(text -> add(MODEL, text, texts, directory, data));
    return ByteBuffer.allocate(texts + data.size())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("II".getBytes(StandardCharsets.US_ASCII))
        .putShort((short) 42)
        .putInt(HEADER)
        .putShort((short) entries)
        .put(directory.toByteArray())
        .putInt(0)
        .put(data.toByteArray())
        .array();
  }

  private static void add(
      int tag,
      byte[] text,
      int texts,
      ByteArrayOutputStream directory,
      ByteArrayOutputStream data) {
    directory.writeBytes(
        ByteBuffer.allocate(ENTRY)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) tag)
            .putShort((short) TEXT)
            .putInt(text.length)
            .putInt(texts + data.size())
            .array());
    data.writeBytes(text);
    if (data.size() % 2 != 0) {
      data.write(0);
    }
  }

  private static byte[] bytes(String name, String json) {
    return (name + json + "\0").getBytes(StandardCharsets.US_ASCII);
  }
}
