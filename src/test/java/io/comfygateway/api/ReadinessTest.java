package io.comfygateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.pool.Lack;
import io.comfygateway.pool.PoolPlacement.Fit;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.Workflow;
import io.comfygateway.workflow.WorkflowLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadinessTest {
  private static final Fit LACKING =
      new Fit(
          "gpu-2",
          false,
          List.of(
              new Lack(Lack.Kind.LABEL, "fast", ""),
              new Lack(Lack.Kind.CLASS, "Custom", ""),
              new Lack(Lack.Kind.CLASS, "Other", ""),
              new Lack(Lack.Kind.MODEL, "a.safetensors", "Loader.file")),
          true);

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void what_a_server_lacks_is_named_with_the_pack_that_has_it() throws IOException {
    ObjectNode server = JsonNodeFactory.instance.objectNode();

    Readiness.add(server, ofPack("my-pack"), LACKING, false);

    assertThat(server)
        .hasToString(
            ("{'ready':false,'missing':[{'kind':'label','name':'fast'},{'kind':'pack','name':'my-pack','classes':['Custom']},"
                    + "{'kind':'class','name':'Other'},{'kind':'model','name':'a.safetensors','input':'Loader.file'}]}")
                .replace('\'', '"'));
    assertThat(Readiness.words(LACKING.lacks(), ofPack("my-pack").packs()))
        .isEqualTo(
            "the label fast, the node class Custom, the node class Other, the file a.safetensors (Loader.file); install the pack my-pack");
  }

  @Test
  void a_workflow_whose_model_no_server_lists_is_not_ready() throws IOException {
    ObjectNode server = JsonNodeFactory.instance.objectNode();
    Lack model = new Lack(Lack.Kind.MODEL, "a.safetensors", "Loader.file");

    Readiness.add(server, ofPack("p"), new Fit("gpu-1", true, List.of(model), true), false);

    assertThat(server.path("ready").asBoolean(true)).isFalse();
  }

  @Test
  void a_workflow_that_is_denied_is_ready_nowhere() throws IOException {
    ObjectNode server = JsonNodeFactory.instance.objectNode();

    Readiness.add(server, ofPack("p"), new Fit("gpu-1", true, List.of(), true), true);

    assertThat(server).hasToString("{\"ready\":false,\"missing\":[]}");
  }

  @Test
  void a_workflow_knows_the_packs_that_its_file_names() throws IOException {
    assertThat(ofPack("my-pack").packs()).containsExactlyEntriesOf(Map.of("Custom", "my-pack"));
    assertThat(ofPack("comfy-core").packs()).isEmpty();
  }

  /** A class of the given pack, in a file of the editor. */
  private Workflow ofPack(String pack) throws IOException {
    Files.writeString(
        folder.resolve("w.json"),
        ("{'nodes':[{'id':1,'type':'Custom','inputs':[],'outputs':[],'mode':0,'properties':{'cnr_id':'"
                + pack
                + "'},'widgets_values':[3]}],'links':[],'version':0.4}")
            .replace('\'', '"'));
    WorkflowLibrary library = new WorkflowLibrary(folder);
    ObjectNode classes = JSON.createObjectNode();
    classes.set(
        "Custom", JSON.readTree("{\"input\":{\"required\":{\"a\":[\"INT\",{\"default\":0}]}}}"));
    library.convertWith(() -> Optional.of(new ObjectInfo(classes)));
    library.reload();
    assertThat(library.faults()).isEmpty();
    return library.find("w").orElseThrow();
  }
}
