package io.comfygateway.workflow.editor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A text in which the editor cuts comments and draws one part of each <code>{a|b|c}</code> when it
 * queues the graph. The draw depends on the text and the node alone, so that a file always gives
 * the same graph.
 */
final class PromptText {
  private static final int DEEPEST = 100;

  /** What ends a line in JavaScript. */
  private static final String LINE_ENDS = "\n\r\u2028\u2029";

  private final String text;
  private final SplittableRandom random;
  private boolean isDrawn;

  PromptText(String text, String node) {
    this.text = text;
    this.random = new SplittableRandom(31L * text.hashCode() + node.hashCode());
  }

  /** A choice that is still open. */
  private record Choice(List<String> parts, StringBuilder part) {
    Choice() {
      this(new ArrayList<>(), new StringBuilder());
    }

    void divide() {
      parts.add(part.toString());
      part.setLength(0);
    }
  }

  /** What the editor would send. */
  String resolve() {
    String plain = withoutComments(text);
    Deque<Choice> open = new ArrayDeque<>();
    open.push(new Choice());
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      Choice current = open.element();
      if (c == '\\' && i + 1 < plain.length() && "{}|".indexOf(plain.charAt(i + 1)) >= 0) {
        current.part().append(plain.charAt(++i));
      } else if (c == '{' && open.size() < DEEPEST) {
        open.push(new Choice());
      } else if (c == '|' && open.size() > 1) {
        current.divide();
      } else if (c == '}' && open.size() > 1) {
        close(open);
      } else {
        current.part().append(c);
      }
    }
    while (open.size() > 1) {
      close(open);
    }
    return open.element().part().toString();
  }

  /** Whether there was something to draw. */
  boolean isDrawn() {
    return isDrawn;
  }

  private void close(Deque<Choice> open) {
    Choice choice = open.pop();
    choice.divide();
    isDrawn |= choice.parts().size() > 1;
    String drawn = choice.parts().get(random.nextInt(choice.parts().size()));
    open.element().part().append(drawn);
  }

  private static String withoutComments(String text) {
    StringBuilder kept = new StringBuilder();
    int lastEnd = text.lastIndexOf("*/");
    int i = 0;
    while (i < text.length()) {
      if (text.startsWith("//", i)) {
        while (i < text.length() && LINE_ENDS.indexOf(text.charAt(i)) < 0) {
          i++;
        }
      } else if (text.startsWith("/*", i) && i + 2 <= lastEnd) {
        i = text.indexOf("*/", i + 2) + 2;
      } else {
        kept.append(text.charAt(i++));
      }
    }
    return kept.toString();
  }
}
