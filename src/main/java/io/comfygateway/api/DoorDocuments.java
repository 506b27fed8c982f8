package io.comfygateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.config.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the doors that are switched on add to the contract: {@code doors/NAME.openapi.yaml} in the
 * routes folder has {@code tags} and {@code paths}, and {@code components} of its own.
 */
public final class DoorDocuments {
  private static final Logger LOG = LoggerFactory.getLogger(DoorDocuments.class);
  private final Path folder;
  private final List<String> doors;

  /**
   * Makes it.
   *
   * @param routes the routes folder
   * @param doors the names of the doors that are switched on
   */
  public DoorDocuments(Path routes, List<String> doors) {
    this.folder = routes.resolve("doors");
    this.doors = List.copyOf(doors);
  }

  /** Adds them to the contract. A door without such a file, or with a faulty one, adds nothing. */
  void addTo(ObjectNode contract) {
    for (String door : doors) {
      Path file = folder.resolve(door + ".openapi.yaml");
      if (Files.isRegularFile(file)) {
        try {
          List<FileFault> faults = new ArrayList<>();
          new YamlReader(file.getFileName().toString(), faults)
              .read(file)
              .ifPresent(read -> add(contract, read.json()));
          faults.forEach(fault -> LOG.warn("operations of a door are not shown reason={}", fault));
        } catch (IOException | RuntimeException e) {
          LOG.warn("operations of a door are not shown file={} reason={}", file, e.toString());
        }
      }
    }
  }

  private static void add(ObjectNode contract, JsonNode door) {
    if (door.path("tags") instanceof ArrayNode tags) {
      contract.withArray("/tags").addAll(tags);
    }
    if (door.path("paths") instanceof ObjectNode paths) {
      contract.withObject("/paths").setAll(paths);
    }
    door.path("components")
        .properties()
        .forEach(
            kind -> {
              if (kind.getValue() instanceof ObjectNode more) {
                contract.withObject("/components").withObject("/" + kind.getKey()).setAll(more);
              }
            });
  }
}
