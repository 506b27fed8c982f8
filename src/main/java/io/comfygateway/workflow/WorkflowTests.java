package io.comfygateway.workflow;

import io.comfygateway.config.FileFault;
import io.comfygateway.config.Yaml;
import io.comfygateway.config.YamlFields;
import io.comfygateway.config.YamlReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The tests of workflows: {@code <name>.test.yaml} says for inputs which values the graph gets, or
 * why they are refused. Nothing runs.
 */
public final class WorkflowTests {
  private static final int MOST_CASES = 500;

  private final Path folder;
  private final Function<String, Optional<Workflow>> library;
  private final Inputs inputs;
  private int cases;

  /**
   * @param folder the folder of the library
   * @param library finds a workflow by {@code name} or {@code name@version}
   * @param objectInfo what the servers declare of their classes, where one has said
   */
  public WorkflowTests(
      Path folder, Function<String, Optional<Workflow>> library, Optional<ObjectInfo> objectInfo) {
    this.folder = folder;
    this.library = library;
    this.inputs = new Inputs(true, objectInfo);
  }

  /** How many cases have been run. */
  public int cases() {
    return cases;
  }

  /** Runs the tests of all workflows; each case that does not hold is a fault. */
  public List<FileFault> run() {
    List<FileFault> faults = new ArrayList<>();
    try {
      // What is wrong with the folder itself is a fault of the library.
      for (String file : LibraryFolder.read(folder, path -> false, new ArrayList<>()).tests()) {
        run(file, faults);
      }
    } catch (IOException unreadable) {
      return faults;
    }
    return faults;
  }

  private void run(String file, List<FileFault> faults) {
    YamlFields fields = new YamlFields(file, faults);
    Optional<Yaml> top =
        GraphFile.bytes(folder, file, faults)
            .flatMap(bytes -> new YamlReader(file, faults).read(bytes))
            .filter(yaml -> fields.mapping(yaml, List.of("cases")));
    if (top.isEmpty()) {
      return;
    }
    String stem = file.substring(0, file.length() - LibraryFolder.TESTS.length());
    Optional<Workflow> workflow = WorkflowName.of(stem).map(WorkflowName::ref).flatMap(library);
    if (workflow.isEmpty()) {
      fields.fault(
          top.get(),
          "There is no workflow " + stem + " that loads",
          "name the file as the workflow, and fix what is wrong with it");
      return;
    }
    List<Yaml> listed = top.get().child("cases").map(Yaml::items).orElse(List.of());
    if (listed.isEmpty() || listed.size() > MOST_CASES) {
      fields.fault(
          top.get().child("cases").orElse(top.get()),
          "cases must be a list of 1 to " + MOST_CASES,
          "write - inputs: and expect: or refused: for each");
      return;
    }
    for (Yaml one : listed) {
      new WorkflowCase(workflow.get(), inputs, fields).run(one);
      cases++;
    }
  }
}
