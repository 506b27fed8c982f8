package io.comfygateway.workflow.editor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.workflow.editor.OuterWidget.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OuterWidgetTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static List<OuterWidget> of(String json) throws IOException {
    return OuterWidget.of(JSON.readTree(json));
  }

  @Test
  void a_primitive_is_found_through_a_reroute() throws IOException {
    JsonNode editor =
        JSON.readTree(Path.of("src/test/resources/editor/cases/primitive.json").toFile())
            .path("editor");

    assertThat(OuterWidget.of(editor))
        .containsExactly(new OuterWidget("3", Optional.empty(), List.of(new Target("2", "seed"))));
  }

  @Test
  void a_primitive_is_one_for_all_that_it_is_linked_to() throws IOException {
    assertThat(
            of(
                """
                {"nodes": [
                  {"id": 1, "type": "PrimitiveNode", "title": " Steps ", "widgets_values": [9]},
                  {"id": 2, "type": "PrimitiveNode", "title": "Primitive", "widgets_values": [9]},
                  {"id": 3, "type": "A", "inputs": [{"name": "steps", "link": 1}, {"name": "b", "link": 4}]},
                  {"id": 4, "type": "A", "inputs": [{"name": "end", "link": 2}]},
                  {"id": 5, "type": "A", "mode": 2, "inputs": [{"name": "end", "link": 3}]}],
                 "links": [[1, 1, 0, 3, 0, "INT"], [2, 1, 0, 4, 0, "INT"], [3, 1, 0, 5, 0, "INT"],
                           [4, 2, 0, 3, 1, "INT"]]}"""))
        .containsExactly(
            new OuterWidget(
                "1",
                Optional.of("Steps"),
                List.of(new Target("3", "steps"), new Target("4", "end"))),
            new OuterWidget("2", Optional.empty(), List.of(new Target("3", "b"))));
  }

  /** Each use of a subgraph has a widget of its own. */
  @Test
  void an_input_of_a_subgraph_is_one_for_all_inside_that_it_leads_to() throws IOException {
    assertThat(
            of(
                """
                {"nodes": [
                  {"id": 1, "type": "sub", "title": "Draw", "inputs": [{"name": "steps", "link": null}]},
                  {"id": 2, "type": "sub", "inputs": [{"name": "steps", "link": null}]}],
                 "links": [],
                 "definitions": {"subgraphs": [{"id": "sub", "name": "Draw",
                   "inputs": [{"name": "steps", "type": "INT", "linkIds": [1, 2]}],
                   "nodes": [
                     {"id": 5, "type": "A", "inputs": [{"name": "steps", "type": "INT", "link": 1}]},
                     {"id": 6, "type": "A", "inputs": [{"name": "steps", "type": "INT", "link": 2}]}],
                   "links": [
                     {"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 5, "target_slot": 0},
                     {"id": 2, "origin_id": -10, "origin_slot": 0, "target_id": 6, "target_slot": 0}]}]}}"""))
        .containsExactly(
            new OuterWidget(
                "1",
                Optional.empty(),
                List.of(new Target("1:5", "steps"), new Target("1:6", "steps"))),
            new OuterWidget(
                "2",
                Optional.empty(),
                List.of(new Target("2:5", "steps"), new Target("2:6", "steps"))));
  }

  @Test
  void links_that_lead_nowhere_hide_no_other_widget() throws IOException {
    assertThat(
            of(
                """
                {"nodes": [
                  {"id": 1, "type": "PrimitiveNode", "title": "Steps", "widgets_values": [9]},
                  {"id": 2, "type": "GetNode", "widgets_values": ["nobody sets it"]},
                  {"id": 3, "type": "A", "inputs": [{"name": "a", "link": 1}, {"name": "b", "link": 2}]}],
                 "links": [[1, 2, 0, 3, 0, "INT"], [2, 1, 0, 3, 1, "INT"]]}"""))
        .containsExactly(new OuterWidget("1", Optional.of("Steps"), List.of(new Target("3", "b"))));
  }

  @Test
  void what_is_no_file_of_the_editor_has_none() throws IOException {
    assertThat(of("{\"nodes\": [{\"id\": 1}]}")).isEmpty();
    assertThat(of("[]")).isEmpty();
  }
}
