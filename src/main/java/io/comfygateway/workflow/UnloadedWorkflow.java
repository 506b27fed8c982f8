package io.comfygateway.workflow;

import io.comfygateway.config.FileFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A workflow whose files, or whose stored version, does not load. An earlier state of it may serve.
 *
 * @param name its name in URLs; that of the file where it gives none
 * @param faults what is wrong
 */
public record UnloadedWorkflow(String name, List<FileFault> faults) {

  public UnloadedWorkflow {
    faults = List.copyOf(faults);
  }

  /**
   * Gathers faults by name.
   *
   * @param ofFiles faults of files of the library
   * @param ofStored faults of stored versions, whose file is {@code name@version}
   */
  static List<UnloadedWorkflow> of(List<FileFault> ofFiles, List<FileFault> ofStored) {
    Map<String, List<FileFault>> byName = new TreeMap<>();
    ofFiles.forEach(fault -> add(byName, LibraryFolder.stem(fault.file()), fault));
    ofStored.forEach(fault -> add(byName, fault.file(), fault));
    return byName.entrySet().stream()
        .map(entry -> new UnloadedWorkflow(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static void add(Map<String, List<FileFault>> byName, String stem, FileFault fault) {
    String name = WorkflowName.of(stem).map(WorkflowName::slug).orElse(fault.file());
    byName.computeIfAbsent(name, first -> new ArrayList<>()).add(fault);
  }
}
