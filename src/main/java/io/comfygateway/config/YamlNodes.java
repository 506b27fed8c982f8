package io.comfygateway.config;

import java.io.ByteArrayInputStream;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.YamlUnicodeReader;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * The nodes of YAML text. The composer of SnakeYAML Engine calls itself for every level of nesting
 * and has no limit for it, so the levels are counted as it reads them; the parser does not.
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
    return compose(new StreamReader(settings, text), settings);
  }

  /**
   * The root of a file; empty for one that holds nothing.
   *
   * @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException if it is no YAML, or nests
   *     deeper than 200 levels
   */
  static Optional<Node> of(byte[] file, LoadSettings settings) {
    YamlUnicodeReader reader = new YamlUnicodeReader(new ByteArrayInputStream(file));
    return compose(new StreamReader(settings, reader), settings);
  }

  private static Optional<Node> compose(StreamReader reader, LoadSettings settings) {
    return new Composer(settings, new ShallowParser(new ParserImpl(settings, reader)))
        .getSingleNode();
  }

  /** Ends with the collection that nests too deep. */
  private static final class ShallowParser implements Parser {
    private final Parser parser;
    private int depth;

    ShallowParser(Parser parser) {
      this.parser = parser;
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
      return parser.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
      return parser.peekEvent();
    }

    @Override
    public boolean hasNext() {
      return parser.hasNext();
    }

    @Override
    public Event next() {
      Event event = parser.next();
      if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
        throw new TooDeepException(event.getStartMark());
      }
      if (event instanceof CollectionEndEvent) {
        depth--;
      }
      return event;
    }
  }

  private static final class TooDeepException extends MarkedYamlEngineException {
    private static final long serialVersionUID = 1L;

    TooDeepException(Optional<Mark> mark) {
      super("", Optional.empty(), "it nests deeper than " + MAX_DEPTH + " levels", mark);
    }
  }
}
