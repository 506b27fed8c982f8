package io.comfygateway.comfyapi;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.http.OutgoingFrame;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A frame of ComfyUI's WebSocket as a client gets it. Text begins with the field {@code type}:
 * SwarmUI takes anything else for a picture.
 */
sealed interface ClientFrame {
  /** The frame for a client, depending on whether it takes pictures with metadata. */
  OutgoingFrame forClient(boolean takesMetadata);

  /** What it is about; empty if it must not be left out. */
  String topic();

  /** Its size in bytes, or an upper estimate of it. */
  int size();

  /** Whether it is a message, else a picture or other bytes. */
  boolean isText();

  /** The same for every client. */
  record Same(OutgoingFrame frame) implements ClientFrame {
    @Override
    public String topic() {
      return frame.topic();
    }

    @Override
    public int size() {
      return frame.size();
    }

    @Override
    public boolean isText() {
      return frame instanceof OutgoingFrame.Text;
    }

    @Override
    public OutgoingFrame forClient(boolean takesMetadata) {
      return frame;
    }
  }

  /**
   * A picture with metadata (type 4 of ComfyUI's binary frames); clients that do not know these get
   * it without (type 1).
   *
   * @param bytes the whole frame
   * @param from where the picture begins in it
   * @param isPng whether the picture is a PNG, else a JPEG
   */
  record Picture(Buffer bytes, int from, boolean isPng, String topic) implements ClientFrame {
    private static final int PREVIEW = 1;
    private static final int JPEG = 1;
    private static final int PNG = 2;

    @Override
    public int size() {
      return bytes.length();
    }

    @Override
    public boolean isText() {
      return false;
    }

    @Override
    public OutgoingFrame forClient(boolean takesMetadata) {
      if (takesMetadata) {
        return new OutgoingFrame.Binary(bytes, topic);
      }
      Buffer plain = Buffer.buffer(2 * Integer.BYTES + bytes.length() - from);
      plain
          .appendInt(PREVIEW)
          .appendInt(isPng ? PNG : JPEG)
          .appendBuffer(bytes.slice(from, bytes.length()));
      return new OutgoingFrame.Binary(plain, topic);
    }
  }

  /** A text frame as a server sent it. */
  static ClientFrame text(String text, String topic) {
    return new Same(new OutgoingFrame.Text(text, topic));
  }

  /** A binary frame as a server sent it. */
  static ClientFrame binary(Buffer bytes, String topic) {
    return new Same(new OutgoingFrame.Binary(bytes, topic));
  }

  /** A message of a type. */
  static ClientFrame message(String type, ObjectNode data) {
    ObjectNode frame = JsonNodeFactory.instance.objectNode().put("type", type);
    frame.set("data", data);
    return text(frame.toString(), "");
  }

  /**
   * How many prompts of the caller have not ended.
   *
   * @param sid the client id, in the first frame of a socket
   */
  static ClientFrame status(int remaining, @Nullable String sid) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.putObject("status").putObject("exec_info").put("queue_remaining", remaining);
    if (sid != null) {
      data.put("sid", sid);
    }
    return message("status", data);
  }

  /** The node that runs; empty when the prompt has ended. */
  static ClientFrame executing(Optional<String> node, UUID promptId) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    data.put("node", node.orElse(null)).put("prompt_id", promptId.toString());
    return message("executing", data);
  }
}
