package io.comfygateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkflowLibraryTest {
  @TempDir Path folder;
  private int edits;

  @Test
  void a_workflow_without_a_sidecar_is_version_1_of_its_file_name() throws IOException {
    put("titled.json", "portrait.json");

    Workflow workflow = new WorkflowLibrary(folder).find("portrait").orElseThrow();

    assertThat(workflow.ref()).isEqualTo("portrait@1");
    assertThat(workflow.title()).isEqualTo("portrait");
    assertThat(workflow.namesInputs()).isFalse();
  }

  @Test
  void a_name_gives_the_current_version_and_a_number_exactly_that_one() throws IOException {
    put("titled.json", "all.json");
    put("named.yaml", "all.yaml");
    put("titled.json", "all@1.json");
    put("titled.json", "all@2.json");

    WorkflowLibrary library = new WorkflowLibrary(folder);

    assertThat(library.faults()).isEmpty();
    assertThat(library.find("all").orElseThrow().ref()).isEqualTo("all@3");
    assertThat(library.find("all@2").orElseThrow().version()).isEqualTo(2);
    assertThat(library.find("all@3").orElseThrow().title()).isEqualTo("Everything");
    assertThat(library.find("all@4")).isEmpty();
    assertThat(library.find("al")).isEmpty();
    assertThat(library.all()).extracting(Workflow::ref).containsExactly("all@3", "all@2", "all@1");
  }

  @Test
  void an_older_version_that_is_not_older_is_left_out_with_what_to_do() throws IOException {
    put("titled.json", "all.json");
    put("titled.json", "all@1.json");

    WorkflowLibrary library = new WorkflowLibrary(folder);

    assertThat(library.all()).extracting(Workflow::ref).containsExactly("all@1");
    assertThat(library.faults())
        .containsExactly(
            new FileFault(
                "all@1.json",
                0,
                "version",
                "The current all has version 1, which is not above this one",
                "set version: 2 in all.yaml"));
  }

  @Test
  void a_number_in_the_file_name_and_another_in_the_sidecar_is_a_fault() throws IOException {
    put("titled.json", "all@2.json");
    put("version-3.yaml", "all@2.yaml");

    assertThat(new WorkflowLibrary(folder).faults())
        .singleElement()
        .satisfies(fault -> assertThat(fault.field()).isEqualTo("version"));
  }

  @Test
  void without_a_current_file_the_newest_version_serves() throws IOException {
    put("titled.json", "all@2.json");
    put("titled.json", "all@10.json");

    assertThat(new WorkflowLibrary(folder).find("all").orElseThrow().ref()).isEqualTo("all@10");
  }

  @Test
  void faults_of_a_graph_carry_their_line_and_pointer() throws IOException {
    put("broken.json", "x.json");

    assertThat(new WorkflowLibrary(folder).faults())
        .extracting(FileFault::line, FileFault::field)
        .containsExactly(tuple(6, "/3/inputs/latent_image"), tuple(9, "/4"));
  }

  @Test
  void a_file_that_is_no_json_is_reported_with_the_line() throws IOException {
    put("unfinished.json", "x.json");
    put("duplicate.json", "y.json");

    assertThat(new WorkflowLibrary(folder).faults())
        .extracting(FileFault::file, FileFault::line)
        .containsExactly(tuple("x.json", 3), tuple("y.json", 3));
  }

  @Test
  void files_that_would_be_passed_over_in_silence_are_named() throws IOException {
    put("titled.json", "( ).json");
    put("titled.json", "a.json");
    put("named.yaml", "a.yml");
    put("named.yaml", "lonely.yaml");
    put("titled.json", ".hidden.json");
    Files.createDirectory(folder.resolve("folder.json"));

    WorkflowLibrary library = new WorkflowLibrary(folder);

    assertThat(library.all()).extracting(Workflow::name).containsExactly("a");
    assertThat(library.faults())
        .extracting(FileFault::file)
        .containsExactly("( ).json", "a.yml", "lonely.yaml");
  }

  @ParameterizedTest
  @CsvSource({
    "My SDXL v2 (final).json, My-SDXL-v2-final, My SDXL v2 (final)",
    "文生图.json, 文生图, 文生图",
    "हिन्दी प्रवाह.json, हिन्दी-प्रवाह, हिन्दी प्रवाह",
    "UPPER.JSON, UPPER, UPPER",
    "a - b.json, a-b, a - b",
    "mail@home.json, mail-home, mail@home",
    "Kunden 2026/Porträt & Co.json, Kunden-2026/Porträt-Co, Porträt & Co",
    "a.b_c-d.json, a.b_c-d, a.b_c-d"
  })
  void a_file_of_any_name_is_served_under_a_slug_and_keeps_its_name_as_title(
      String file, String name, String title) throws IOException {
    put("titled.json", file);

    WorkflowLibrary library = new WorkflowLibrary(folder);

    assertThat(library.faults()).isEmpty();
    assertThat(library.find(name).orElseThrow().title()).isEqualTo(title);
    assertThat(library.find(name + "@1")).isPresent();
  }

  @Test
  void versions_and_sidecars_belong_together_whatever_the_name_and_the_ending() throws IOException {
    put("titled.json", "shop/My flow.JSON");
    put("named.yaml", "shop/My flow.YAML");
    put("titled.json", "shop/My flow@2.json");

    WorkflowLibrary library = new WorkflowLibrary(folder);

    assertThat(library.faults()).isEmpty();
    assertThat(library.all())
        .extracting(Workflow::ref)
        .containsExactly("shop/My-flow@3", "shop/My-flow@2");
  }

  @Test
  void of_two_files_of_one_name_both_are_named_and_the_one_that_is_called_so_serves()
      throws IOException {
    put("titled.json", "my flow.json");
    WorkflowLibrary library = new WorkflowLibrary(folder);
    Workflow first = library.find("my-flow").orElseThrow();

    put("titled.json", "my (flow).json");
    library.reload();
    assertThat(library.find("my-flow")).containsSame(first);
    assertThat(library.faults())
        .extracting(FileFault::file, FileFault::detail)
        .containsExactly(
            tuple(
                "my (flow).json",
                "Its name in URLs is my-flow, as is that of my flow.json; my flow.json serves"),
            tuple(
                "my flow.json",
                "Its name in URLs is my-flow, as is that of my (flow).json; my flow.json serves"));

    put("titled.json", "my-flow.json");
    library.reload();
    assertThat(library.find("my-flow").orElseThrow().title()).isEqualTo("my-flow");
    assertThat(library.faults()).hasSize(3);

    Files.delete(folder.resolve("my-flow.json"));
    assertThat(new WorkflowLibrary(folder).find("my-flow")).as("which one is not known").isEmpty();
  }

  @Test
  void a_name_with_what_it_stands_for_is_told_to_those_who_may_use_it() throws IOException {
    put("titled.json", "My flow (2).json");
    WorkflowLibrary library = new WorkflowLibrary(folder);

    assertThatThrownBy(() -> library.require("My flow (2)", name -> true))
        .hasMessage(
            "There is no workflow \"My flow (2)\". Its name in URLs is My-flow-2. GET /workflows lists them.");
    assertThatThrownBy(() -> library.require("My flow (2)", name -> false))
        .hasMessage("There is no workflow \"My flow (2)\". GET /workflows lists them.");
  }

  @Test
  void a_slip_in_a_name_is_told_to_those_who_may_use_the_workflow() throws IOException {
    put("titled.json", "shop/portrait.json");
    WorkflowLibrary library = new WorkflowLibrary(folder);

    assertThatThrownBy(() -> library.require("shop/Portrai", name -> true))
        .hasMessage(
            "There is no workflow \"shop/Portrai\"; did you mean \"shop/portrait\"? GET /workflows lists them.");
    assertThatThrownBy(() -> library.require("shop/Portrai", name -> false))
        .hasMessage("There is no workflow \"shop/Portrai\". GET /workflows lists them.");
    assertThatThrownBy(() -> library.require("shop/portrait@prod", name -> true))
        .hasMessageContaining("GET /workflows/{name}/aliases list what it has.");
  }

  @Test
  void an_empty_file_is_no_workflow_of_either_format() throws IOException {
    Files.writeString(folder.resolve("zero.json"), "");
    Files.writeString(folder.resolve("none.json"), "{}");

    assertThat(new WorkflowLibrary(folder).faults())
        .extracting(FileFault::toString)
        .containsExactlyInAnyOrder(
            "zero.json: The file holds no workflow; save the workflow in ComfyUI again, with \"Workflow > Save\" or \"Workflow > Export (API)\"",
            "none.json: The file holds no workflow; save the workflow in ComfyUI again, with \"Workflow > Save\" or \"Workflow > Export (API)\"");
  }

  @Test
  void a_folder_that_leads_into_itself_is_a_fault_and_no_end() throws IOException {
    put("titled.json", "shop/a.json");
    Files.createSymbolicLink(folder.resolve("shop/again"), folder);

    WorkflowLibrary library = new WorkflowLibrary(folder);

    assertThat(library.find("shop/a")).isPresent();
    assertThat(library.faults()).extracting(FileFault::file).containsExactly("shop/again");
  }

  @Test
  void a_folder_that_is_not_there_is_a_fault_and_no_end() {
    WorkflowLibrary library = new WorkflowLibrary(folder.resolve("missing"));

    assertThat(library.all()).isEmpty();
    assertThat(library.faults()).hasSize(1);
  }

  @TestFactory
  Stream<DynamicTest> a_fault_of_a_sidecar_names_line_field_and_remedy()
      throws IOException, URISyntaxException {
    Path faulty = Path.of(getClass().getResource("/workflow/faulty").toURI());
    List<Path> files;
    try (Stream<Path> listed = Files.list(faulty)) {
      files = listed.sorted().toList();
    }
    assertThat(files).hasSizeGreaterThan(40);
    return files.stream()
        .map(
            file ->
                DynamicTest.dynamicTest(file.getFileName().toString(), () -> checkFaults(file)));
  }

  /** The last line of each file says what is expected: {@code # line field | detail | remedy}. */
  private void checkFaults(Path file) throws IOException {
    put("titled.json", "x.json");
    put("faulty/" + file.getFileName(), "x.yaml");
    List<String> lines = Files.readAllLines(file);
    String[] expected = lines.get(lines.size() - 1).substring(2).split(" \\| ");
    String[] place = expected[0].split(" ", 2);

    WorkflowLibrary library = new WorkflowLibrary(folder);

    assertThat(library.find("x")).isEmpty();
    assertThat(library.faults())
        .anySatisfy(
            fault -> {
              assertThat(fault.file()).isEqualTo("x.yaml");
              assertThat(fault.line()).isEqualTo(Integer.parseInt(place[0]));
              assertThat(fault.field()).isEqualTo(place.length > 1 ? place[1].strip() : "");
              assertThat(fault.detail()).contains(expected[1]);
              assertThat(fault.remedy()).contains(expected[2]);
            });
  }

  /** Each edit gets a later time, as edits by hand have. */
  private void put(String resource, String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Cases.copy(resource, file);
    Files.setLastModifiedTime(
        file, FileTime.from(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(edits++)));
  }
}
