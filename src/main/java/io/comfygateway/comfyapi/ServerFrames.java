package io.comfygateway.comfyapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.pool.FrameListener;
import io.comfygateway.pool.SocketFrame;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the prompts of clients in the frames of one server's WebSocket. Frames of other prompts,
 * and those that node packs define, are not passed on.
 *
 * <p>The numbers in ComfyUI's binary frames are big-endian. A frame begins with its type: 1 is a
 * picture, 3 is text of a node, 4 is a picture with metadata ({@code BinaryEventTypes} in ComfyUI's
 * {@code protocol.py}). Only type 4 names its prompt; the others belong to the running one.
 */
final class ServerFrames implements FrameListener.Frames {
  private static final Logger LOG = LoggerFactory.getLogger(ServerFrames.class);
  private static final int PICTURE = 1;
  private static final int TEXT = 3;
  private static final int PICTURE_WITH_METADATA = 4;
  private static final int JPEG = 1;
  private static final int HEADER = 2 * Integer.BYTES;
  private static final int LONGEST_METADATA = 65_536;
  // A progress_state has some 200 bytes per node, an output some 100 per file.
  private static final int LONGEST_TEXT = 1_048_576;

  private static final int LONGEST_FEATURES = 65_536;
  private static final String FEATURES = "\"feature_flags\"";
  // ComfyUI writes the type first.
  private static final int TYPE_BEGINS = 20;

  private final String backend;
  private final PromptStreams streams;
  private final PoolFeatures features;
  private final ObjectMapper json;
  private Optional<UUID> executing = Optional.empty();

  ServerFrames(String backend, PromptStreams streams, PoolFeatures features, ObjectMapper json) {
    this.backend = backend;
    this.streams = streams;
    this.features = features;
    this.json = json;
  }

  @Override
  public void text(String frame) {
    if (frame.length() <= LONGEST_FEATURES && frame.lastIndexOf(FEATURES, TYPE_BEGINS) >= 0) {
      heardFeatures(frame);
    }
    if (streams.isEmpty() || frame.length() > LONGEST_TEXT) {
      return;
    }
    try {
      ObjectNode read = SocketFrame.read(frame);
      JsonNode data = read.path("data");
      Optional<UUID> job = id(data);
      Optional<String> node = node(data);
      String type = read.path("type").asText();
      if (type.equals("executing")) {
        executing = node.flatMap(any -> job);
      }
      Optional<PromptStream> stream = job.flatMap(this::stream);
      if (stream.isEmpty()) {
        return;
      }
      if (type.equals("executed") && node.isPresent()) {
        stream.get().executed(node.get(), json.readTree(frame).at("/data/output"));
      } else {
        streams.text(stream.get(), type, node, frame);
      }
    } catch (IOException notJson) {
      LOG.debug("a frame is not JSON backend={}", backend, notJson);
    }
  }

  private void heardFeatures(String frame) {
    try {
      features.said(backend, json.readTree(frame).path("data"));
    } catch (IOException notJson) {
      LOG.debug("a frame is not JSON backend={}", backend, notJson);
    }
  }

  /** The prompt and node of a text frame. */
  interface About {
    /**
     * @param type the frame's type
     * @param node the node that it is about; empty for none
     */
    void tell(String type, Optional<String> node);
  }

  /** Reads the type and node of a text frame; ignores a frame that is not JSON. */
  static void read(String frame, About about) {
    try {
      ObjectNode read = SocketFrame.read(frame);
      about.tell(read.path("type").asText(), node(read.path("data")));
    } catch (IOException notJson) {
      LOG.debug("a frame of another gateway is not JSON", notJson);
    }
  }

  private static Optional<String> node(JsonNode data) {
    return Optional.of(data.path("node")).filter(JsonNode::isTextual).map(JsonNode::asText);
  }

  @Override
  public void binary(Buffer frame) {
    if (streams.isEmpty() || frame.length() < HEADER) {
      return;
    }
    int type = frame.getInt(0);
    int second = frame.getInt(Integer.BYTES);
    if (type == PICTURE_WITH_METADATA
        && second > 0
        && second <= LONGEST_METADATA
        && frame.length() > HEADER + second) {
      withMetadata(frame, HEADER + second);
    } else if (type == PICTURE || type == TEXT) {
      boolean isPreview = type == PICTURE && second == JPEG;
      executing.flatMap(this::stream).ifPresent(stream -> stream.binary(frame, isPreview));
    }
  }

  private void withMetadata(Buffer frame, int from) {
    try {
      JsonNode metadata = json.readTree(frame.getBytes(HEADER, from));
      boolean isPng = metadata.path("image_type").asText().equals("image/png");
      id(metadata).flatMap(this::stream).ifPresent(stream -> stream.picture(frame, from, isPng));
    } catch (JsonProcessingException notJson) {
      LOG.debug("the metadata of a picture is not JSON backend={}", backend, notJson);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<PromptStream> stream(UUID job) {
    return streams.find(job).filter(stream -> stream.isFrom(backend));
  }

  private static Optional<UUID> id(JsonNode data) {
    try {
      return Optional.of(UUID.fromString(data.path("prompt_id").asText()));
    } catch (IllegalArgumentException foreign) {
      return Optional.empty();
    }
  }
}
