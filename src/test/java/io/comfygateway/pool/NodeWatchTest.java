package io.comfygateway.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.comfygateway.job.JobFacts;
import io.comfygateway.job.NodeStarts;
import java.time.InstantSource;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NodeWatchTest {
  private static final String EXECUTING =
      "{\"type\": \"executing\", \"data\": {\"node\": %s, \"prompt_id\": \"%s\"}}";
  private final NodeStarts starts = new NodeStarts(InstantSource.system());
  private final FrameListener.Frames frames = new NodeWatch(starts).connected("gpu-1");

  @Test
  void the_nodes_of_a_prompt_of_this_gateway_are_noted_and_nothing_else() {
    UUID job = UUID.randomUUID();
    UUID foreign = UUID.randomUUID();
    starts.begin(job);

    frames.text(EXECUTING.formatted("\"3\"", job));
    frames.text(EXECUTING.formatted("\"4\"", foreign));
    frames.text(EXECUTING.formatted("\"5\"", "a client's own id"));
    frames.text("\"executing\" is no object");
    frames.text(EXECUTING.formatted("\"9\"", job));
    frames.text(EXECUTING.formatted("null", job));

    assertThat(starts.of(job)).extracting(JobFacts.NodeStart::node).containsExactly("3", "9");
    assertThat(starts.of(foreign)).isEmpty();
  }
}
