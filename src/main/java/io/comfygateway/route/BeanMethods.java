package io.comfygateway.route;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The methods of a bean's class, as routes name them: {@code find} or {@code require(*, 'run')}.
 */
final class BeanMethods {
  private final List<Method> methods;

  BeanMethods(Class<?> type) {
    methods =
        Arrays.stream(type.getMethods())
            .filter(method -> method.getDeclaringClass() != Object.class)
            .toList();
  }

  /** Their names. */
  TreeSet<String> names() {
    TreeSet<String> names = new TreeSet<>();
    methods.forEach(method -> names.add(method.getName()));
    return names;
  }

  /** Why there is no such method; empty if there is. */
  Optional<String> lacks(String call) {
    int open = call.indexOf('(');
    String name = (open < 0 ? call : call.substring(0, open)).strip();
    List<Integer> counts =
        methods.stream()
            .filter(method -> method.getName().equals(name))
            .map(Method::getParameterCount)
            .distinct()
            .sorted()
            .toList();
    if (counts.isEmpty()) {
      return Optional.of("it has no method \"" + name + "\"");
    }
    if (open < 0 || !call.strip().endsWith(")")) {
      return Optional.empty();
    }
    int given = arguments(call.strip().substring(open + 1, call.strip().length() - 1)).size();
    return counts.contains(given)
        ? Optional.empty()
        : Optional.of("\"" + name + "\" takes " + counts + " values and is given " + given);
  }

  private static List<String> arguments(String text) {
    List<String> found = new ArrayList<>();
    StringBuilder current = new StringBuilder();
    int depth = 0;
    char quote = 0;
    for (int at = 0; at < text.length(); at++) {
      char letter = text.charAt(at);
      if (quote != 0) {
        quote = letter == quote ? 0 : quote;
      } else if (letter == '\'' || letter == '"') {
        quote = letter;
      } else if (letter == '(' || letter == '{') {
        depth++;
      } else if (letter == ')' || letter == '}') {
        depth--;
      } else if (letter == ',' && depth == 0) {
        found.add(current.toString());
        current.setLength(0);
        continue;
      }
      current.append(letter);
    }
    if (!current.toString().isBlank() || !found.isEmpty()) {
      found.add(current.toString());
    }
    return found;
  }
}
