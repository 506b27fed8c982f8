package io.comfygateway.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.job.NodeStarts;
import io.comfygateway.pool.SocketFrame;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressBoardTest {
  private static final UUID JOB = UUID.fromString("aaaaaaaa-0000-4000-8000-000000000000");
  private static final int NODES = 10;

  private final ProgressBoard board = new ProgressBoard(new NodeStarts(InstantSource.system()));

  @BeforeEach
  void a_graph_of_ten_nodes_is_followed() {
    ObjectNode graph = JsonNodeFactory.instance.objectNode();
    for (int i = 1; i <= NODES; i++) {
      graph.putObject(String.valueOf(i)).put("class_type", "Class" + i);
    }
    board.follow(JOB, graph);
  }

  @Test
  void nodes_that_ended_or_were_cached_count() {
    ArrayNode cached = JsonNodeFactory.instance.arrayNode().add("1").add("2");
    board.read(frame("execution_cached", data().set("nodes", cached)));
    board.read(frame("executed", data().put("node", "3")));
    board.read(frame("progress", data().put("node", "4").put("value", 5).put("max", 10)));

    Progress progress = board.of(JOB).orElseThrow();
    assertThat(progress.percent()).isEqualTo(35);
    assertThat(progress.node()).contains("4");
    assertThat(progress.nodeTitle()).contains("Class4");
  }

  @Test
  void nodes_that_are_not_in_the_graph_do_not_count() {
    ArrayNode cached = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < 200_000; i++) {
      cached.add("invented-" + i);
    }
    board.read(frame("execution_cached", data().set("nodes", cached)));
    for (int i = 0; i < 100; i++) {
      board.read(frame("executed", data().put("node", "other-" + i)));
      board.read(frame("executing", data().put("node", "third-" + i)));
    }
    board.read(frame("executing", data().put("node", "1")));

    assertThat(board.of(JOB).map(Progress::percent)).isEqualTo(Optional.of(0));
  }

  @Test
  void a_node_with_an_endless_name_is_shown_cut() {
    board.read(frame("executing", data().put("node", "n".repeat(100_000))));

    assertThat(board.of(JOB).flatMap(Progress::node).orElseThrow()).hasSize(200);
  }

  @Test
  void of_a_frame_the_fields_that_are_used_are_kept() throws IOException {
    ObjectNode data = data().put("node", "1");
    data.putObject("output").put("text", "t".repeat(1_000_000));

    assertThat(SocketFrame.read(frame("executed", data).toString()))
        .isEqualTo(frame("executed", data().put("node", "1")));
  }

  private static ObjectNode data() {
    return JsonNodeFactory.instance.objectNode().put("prompt_id", JOB.toString());
  }

  private static ObjectNode frame(String type, JsonNode data) {
    ObjectNode frame = JsonNodeFactory.instance.objectNode().put("type", type);
    frame.set("data", data);
    return frame;
  }
}
