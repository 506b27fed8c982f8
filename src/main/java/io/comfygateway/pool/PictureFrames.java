package io.comfygateway.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds pictures that are to be kept among the frames of one WebSocket connection, whose frames are
 * passed one after the other.
 *
 * <p>The numbers in ComfyUI's binary frames are big-endian. A frame begins with its type: 1 is a
 * picture, after a 1 for JPEG or a 2 for PNG; 4 is a picture with metadata, after the length of
 * that in JSON and the JSON itself ({@code BinaryEventTypes} in ComfyUI's {@code protocol.py}).
 */
final class PictureFrames {
  private static final Logger LOG = LoggerFactory.getLogger(PictureFrames.class);
  private static final int PICTURE = 1;
  private static final int PICTURE_WITH_METADATA = 4;
  private static final int PNG = 2;
  private static final int HEADER = 2 * Integer.BYTES;
  private static final int LONGEST_METADATA = 65_536;
  // The eight bytes that each PNG begins with (ISO/IEC 15948, section 5.2).
  private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;

  private final SocketPictures pictures;
  private final ObjectMapper json;
  private Optional<Sender> executing = Optional.empty();

  /** The node of a prompt that sent a picture. */
  record Sender(UUID job, String node) {}

  /**
   * A picture to be kept.
   *
   * @param number its place among the job's pictures, from 1 on
   * @param frame the frame that holds it
   * @param from where it begins in the frame; it ends with the frame
   */
  record Picture(Sender sender, int number, Buffer frame, int from) {
    byte[] bytes() {
      return frame.getBytes(from, frame.length());
    }
  }

  PictureFrames(SocketPictures pictures, ObjectMapper json) {
    this.pictures = pictures;
    this.json = json;
  }

  /** Takes a text frame; all but the one that says which node runs is ignored. */
  void text(String frame) {
    if (pictures.expectsNone() || !frame.contains("\"executing\"")) {
      return;
    }
    try {
      JsonNode message = SocketFrame.read(frame);
      JsonNode data = message.path("data");
      Optional<UUID> job = id(data);
      if (!message.path("type").asText().equals("executing") || job.isEmpty()) {
        return;
      }
      executing =
          data.path("node").isTextual()
              ? Optional.of(new Sender(job.get(), data.path("node").asText()))
              : Optional.empty();
      if (executing.isEmpty()) {
        pictures.ended(job.get());
      }
    } catch (IOException notJson) {
      LOG.debug("a text frame is not JSON", notJson);
    }
  }

  /** The picture in a binary frame, where it is one that is to be kept. */
  Optional<Picture> picture(Buffer frame) {
    if (pictures.expectsNone() || frame.length() < HEADER) {
      return Optional.empty();
    }
    int type = frame.getInt(0);
    int second = frame.getInt(Integer.BYTES);
    if (type == PICTURE && second == PNG) {
      return executing.flatMap(sender -> picture(sender, frame, HEADER));
    }
    if (type == PICTURE_WITH_METADATA
        && second > 0
        && second <= LONGEST_METADATA
        && frame.length() > HEADER + second) {
      return sender(frame.getBytes(HEADER, HEADER + second))
          .flatMap(sender -> picture(sender, frame, HEADER + second));
    }
    return Optional.empty();
  }

  private Optional<Sender> sender(byte[] metadata) {
    try {
      JsonNode read = json.readTree(metadata);
      return read.path("image_type").asText().equals("image/png")
          ? id(read).map(job -> new Sender(job, read.path("node_id").asText()))
          : Optional.empty();
    } catch (IOException notJson) {
      return Optional.empty();
    }
  }

  private static Optional<UUID> id(JsonNode data) {
    try {
      return Optional.of(UUID.fromString(data.path("prompt_id").asText()));
    } catch (IllegalArgumentException foreign) {
      return Optional.empty();
    }
  }

  // Bytes of another kind, from a proxy or a node pack, count as a missing picture.
  private Optional<Picture> picture(Sender sender, Buffer frame, int from) {
    boolean isPng = frame.length() >= from + Long.BYTES && frame.getLong(from) == PNG_SIGNATURE;
    return isPng
        ? pictures
            .next(sender.job(), sender.node())
            .map(number -> new Picture(sender, number, frame, from))
        : Optional.empty();
  }
}
