package io.comfygateway.route;

import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.ATSIGN;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.CLOSE_BRACE;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.CLOSE_BRACKET;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.CLOSE_PAR;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.COMMA;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.DOLLAR;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.DOUBLE_COLON;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.EOF;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.IDENTIFIER;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.KEYWORD_DEF;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.OPEN_BRACE;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.OPEN_BRACKET;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.OPEN_INTERP;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.OPEN_PAR;
import static net.thisptr.jackson.jq.internal.javacc.ExpressionParserConstants.SEMICOLON;

import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.thisptr.jackson.jq.internal.javacc.ExpressionParserTokenManager;
import net.thisptr.jackson.jq.internal.javacc.SimpleCharStream;
import net.thisptr.jackson.jq.internal.javacc.Token;

/** The functions that a jq expression calls and does not define itself. */
final class JqCalls {
  private final List<Token> tokens = new ArrayList<>();
  private final Set<Call> defined = new HashSet<>();
  private final Set<Integer> definitions = new HashSet<>();

  /** A call by its name, with the number of its arguments. */
  record Call(String name, int arguments) {}

  private JqCalls(String expression) {
    ExpressionParserTokenManager read =
        new ExpressionParserTokenManager(new SimpleCharStream(new StringReader(expression)));
    for (Token token = read.getNextToken(); token.kind != EOF; token = read.getNextToken()) {
      tokens.add(token);
    }
  }

  /**
   * Finds them.
   *
   * @param expression one that compiles
   */
  static List<Call> of(String expression) {
    JqCalls calls = new JqCalls(expression);
    calls.define();
    return calls.find();
  }

  // def NAME: …; def NAME(f; $value): …; a parameter is called like a function.
  private void define() {
    for (int at = 0; at < tokens.size(); at++) {
      if (kind(at) != KEYWORD_DEF) {
        continue;
      }
      definitions.add(at + 1);
      defined.add(new Call(tokens.get(at + 1).image, arguments(at + 1)));
      if (kind(at + 2) == OPEN_PAR) {
        for (int next = at + 3; kind(next) != CLOSE_PAR; next++) {
          if (kind(next) == IDENTIFIER) {
            definitions.add(next);
            defined.add(new Call(tokens.get(next).image, 0));
          }
        }
      }
    }
  }

  private List<Call> find() {
    List<Call> calls = new ArrayList<>();
    Deque<Integer> open = new ArrayDeque<>();
    for (int at = 0; at < tokens.size(); at++) {
      switch (kind(at)) {
        case OPEN_PAR, OPEN_BRACKET, OPEN_BRACE, OPEN_INTERP -> open.push(kind(at));
        case CLOSE_PAR, CLOSE_BRACKET, CLOSE_BRACE -> open.poll();
        case IDENTIFIER -> {
          Call call = new Call(tokens.get(at).image, arguments(at));
          if (isCall(at, open) && !defined.contains(call)) {
            calls.add(call);
          }
        }
        default -> {
          // nothing that can be called
        }
      }
    }
    return calls;
  }

  private boolean isCall(int at, Deque<Integer> open) {
    int before = kind(at - 1);
    boolean isName =
        before == DOLLAR || before == ATSIGN || before == DOUBLE_COLON || definitions.contains(at);
    // {name}, {name: …}
    boolean isKey =
        !open.isEmpty() && open.peek() == OPEN_BRACE && (before == OPEN_BRACE || before == COMMA);
    return !isName && !isKey && kind(at + 1) != DOUBLE_COLON;
  }

  private int arguments(int name) {
    if (kind(name + 1) != OPEN_PAR) {
      return 0;
    }
    int depth = 1;
    int count = 1;
    for (int at = name + 2; at < tokens.size() && depth > 0; at++) {
      switch (kind(at)) {
        case OPEN_PAR, OPEN_BRACKET, OPEN_BRACE, OPEN_INTERP -> depth++;
        case CLOSE_PAR, CLOSE_BRACKET, CLOSE_BRACE -> depth--;
        case SEMICOLON -> count += depth == 1 ? 1 : 0;
        default -> {
          // part of an argument
        }
      }
    }
    return count;
  }

  private int kind(int at) {
    return at >= 0 && at < tokens.size() ? tokens.get(at).kind : EOF;
  }
}
