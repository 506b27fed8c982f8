package io.comfygateway.sink;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.config.FileStamp;
import io.comfygateway.config.Suggestion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configured destinations. Their file is watched while the gateway runs; a file with a fault,
 * or one that is gone, leaves the destinations as they are.
 */
public final class Destinations {
  private static final Logger LOG = LoggerFactory.getLogger(Destinations.class);

  private final Path file;
  private final Map<String, String> environment;
  private final Supplier<Set<String>> sinks;
  private Set<String> judgedBy = Set.of();
  private List<FileStamp> seen = List.of();
  private List<FileStamp> last = List.of();
  private Set<Path> referenced = Set.of();
  private final Optional<Destination> bucket;
  private volatile Current current;
  private volatile List<FileFault> faults = List.of();

  private record Current(
      Map<String, Destination> byName,
      DestinationDefaults defaults,
      List<DefaultName> named,
      ObjectNode store) {}

  /**
   * Reads the file, if there is one.
   *
   * @param environment what {@code ${NAME}} in the file stands for
   * @param sinks the names of the sinks that there are at the moment
   */
  public Destinations(Path file, Map<String, String> environment, Supplier<Set<String>> sinks) {
    this(file, environment, sinks, Optional.empty());
  }

  /**
   * Reads the file, if there is one.
   *
   * @param bucket the destination of the settings {@code GATEWAY_S3_*}
   */
  public Destinations(
      Path file,
      Map<String, String> environment,
      Supplier<Set<String>> sinks,
      Optional<Destination> bucket) {
    this.bucket = bucket;
    this.current =
        new Current(
            bucket.map(known -> Map.of(known.name(), known)).orElse(Map.of()),
            DestinationDefaults.NONE,
            List.of(),
            JsonNodeFactory.instance.objectNode());
    this.file = file;
    this.sinks = sinks;
    this.environment = Map.copyOf(environment);
    if (Files.exists(file)) {
      load(stamps());
    }
  }

  /** What is wrong with the file, until it is fixed. */
  public List<FileFault> faults() {
    return faults;
  }

  public Optional<Destination> find(String name) {
    return Optional.ofNullable(current.byName().get(name));
  }

  /**
   * A destination that a job names.
   *
   * @throws UnknownDestinationException if it is not configured any more
   */
  public Destination require(String name) {
    return find(name).orElseThrow(() -> new UnknownDestinationException(name));
  }

  /** The fields of the bucket that {@code GATEWAY_FILES} names, without its name. */
  public ObjectNode store() {
    return current.store();
  }

  /** All of them. */
  Collection<Destination> all() {
    return current.byName().values();
  }

  /**
   * Defaults that apply to no job, since there is no such workflow or key. They keep the file from
   * nothing: a workflow or a key may be added later.
   *
   * @param workflows the names of the workflows
   * @param keys the names of the keys; empty if callers may have other names too
   */
  public List<FileFault> unusedDefaults(Set<String> workflows, Optional<Set<String>> keys) {
    List<FileFault> unused = new ArrayList<>();
    for (DefaultName named : current.named()) {
      boolean isWorkflow = named.field().equals("workflows");
      Set<String> known = isWorkflow ? workflows : keys.orElse(Set.of(named.name()));
      if (!known.contains(named.name())) {
        unused.add(
            new FileFault(
                file.toString(),
                named.line(),
                "default." + named.field() + "." + named.name(),
                "There is no "
                    + (isWorkflow ? "workflow" : "key")
                    + " of this name"
                    + Suggestion.didYouMean(named.name(), known),
                "fix the name, or remove the line"));
      }
    }
    return unused;
  }

  /** The names, in their order. */
  public Set<String> names() {
    return new TreeSet<>(current.byName().keySet());
  }

  /**
   * The destinations of a job whose request names none.
   *
   * @param workflow its workflow's name, if it runs one of the library
   * @param caller the name of its caller's key
   */
  public List<Destination> defaults(Optional<String> workflow, String caller) {
    Current now = current;
    return now.defaults().of(workflow, caller).stream()
        .map(now.byName()::get)
        .filter(destination -> destination != null)
        .toList();
  }

  /** Loads what has changed; called again and again, by one thread at a time. */
  public synchronized void refresh() {
    List<FileStamp> stamps = stamps();
    // An editor may empty a file before it writes it: loaded is what is the same twice.
    boolean isSettled = stamps.equals(last);
    last = stamps;
    if (!Files.exists(file) && seen.isEmpty()) {
      return;
    }
    if (isSettled && !(stamps.equals(seen) && sinks.get().equals(judgedBy))) {
      load(stamps);
    }
  }

  private void load(List<FileStamp> stamps) {
    judgedBy = sinks.get();
    try {
      DestinationsFile.Reading reading = DestinationsFile.read(file, environment, judgedBy, bucket);
      referenced = new TreeSet<>(reading.files());
      if (reading.isEmpty() && !current.byName().keySet().equals(reading.destinations().keySet())) {
        report(
            List.of(
                new FileFault(
                    file.toString(),
                    0,
                    "",
                    "The file is empty; the destinations stay as they were",
                    "write destinations: {} if there are to be none")));
      } else if (reading.faults().isEmpty()) {
        current =
            new Current(
                reading.destinations(), reading.defaults(), reading.named(), reading.store());
        LOG.info("destinations loaded names={}", names());
        report(List.of());
      } else {
        report(reading.faults());
      }
    } catch (IOException e) {
      report(
          List.of(
              new FileFault(
                  file.toString(),
                  0,
                  "",
                  "The file cannot be read (%s); the destinations stay as they were"
                      .formatted(e.getClass().getSimpleName()),
                  "put it back as UTF-8 text that this user may read")));
    }
    // The files that it names are known only now; a change made meanwhile is loaded the next time.
    List<FileStamp> now = stamps();
    seen = stamps.get(0).equals(now.get(0)) ? now : List.of(stamps.get(0));
    last = seen;
  }

  private void report(List<FileFault> found) {
    if (!found.equals(faults)) {
      found.forEach(fault -> LOG.error("destinations not loaded: {}", fault));
    }
    faults = List.copyOf(found);
  }

  private List<FileStamp> stamps() {
    List<FileStamp> stamps = new ArrayList<>();
    stamps.add(FileStamp.of(file));
    referenced.forEach(path -> stamps.add(FileStamp.of(path)));
    return stamps;
  }
}
