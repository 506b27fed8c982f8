package io.comfygateway.pool;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.job.NodeStarts;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notes when the nodes of running prompts begin, in the order in which their servers say it. */
public final class NodeWatch implements FrameListener {
  private static final Logger LOG = LoggerFactory.getLogger(NodeWatch.class);
  private final NodeStarts starts;

  public NodeWatch(NodeStarts starts) {
    this.starts = starts;
  }

  @Override
  public Frames connected(String backend) {
    return new Frames() {
      @Override
      public void text(String frame) {
        if (frame.contains("\"executing\"")) {
          note(frame);
        }
      }

      @Override
      public void binary(Buffer frame) {}
    };
  }

  private void note(String frame) {
    try {
      JsonNode message = SocketFrame.read(frame);
      JsonNode node = message.at("/data/node");
      if (message.path("type").asText().equals("executing") && node.isTextual()) {
        starts.started(UUID.fromString(message.at("/data/prompt_id").asText()), node.asText());
      }
    } catch (IOException | IllegalArgumentException foreign) {
      LOG.debug("a text frame is not about a job", foreign);
    }
  }
}
