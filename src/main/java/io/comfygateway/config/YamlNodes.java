package io.comfygateway.config;

import java.io.ByteArrayInputStream;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The nodes of YAML text. The composer of SnakeYAML Engine calls itself for every level of nesting
 * and has no limit for it, so the levels are counted before; the parser does not.
 */
public final class YamlNodes {
  private static final int MAX_DEPTH = 200;

  private YamlNodes() {}

  /**
   * The root of a text; empty for one that holds nothing.
   *
   * @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException if it is no YAML, or nests
   *     deeper than 200 levels
   */
  public static Optional<Node> of(String text, LoadSettings settings) {
    requireShallow(new Parse(settings).parseString(text));
    return new Compose(settings).composeString(text);
  }

  /**
   * The root of a file; empty for one that holds nothing.
   *
   * @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException if it is no YAML, or nests
   *     deeper than 200 levels
   */
  static Optional<Node> of(byte[] file, LoadSettings settings) {
    requireShallow(new Parse(settings).parseInputStream(new ByteArrayInputStream(file)));
    return new Compose(settings).composeInputStream(new ByteArrayInputStream(file));
  }

  private static void requireShallow(Iterable<Event> events) {
    int depth = 0;
    for (Event event : events) {
      if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
        throw new TooDeepException(event.getStartMark());
      }
      if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
  }

  private static final class TooDeepException extends MarkedYamlEngineException {
    private static final long serialVersionUID = 1L;

    TooDeepException(Optional<Mark> mark) {
      super("", Optional.empty(), "it nests deeper than " + MAX_DEPTH + " levels", mark);
    }
  }
}
