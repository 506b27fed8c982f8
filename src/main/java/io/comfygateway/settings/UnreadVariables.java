package io.comfygateway.settings;

import io.comfygateway.config.Suggestion;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds environment variables that look like settings but are not read: misspelt ones. */
public final class UnreadVariables {
  private static final String PREFIX = "GATEWAY_";
  private static final String READ_AS = "env:";

  /** Variables that are read before the settings: by the command, the log and the test tools. */
  private static final Set<String> ELSEWHERE =
      Set.of(
          "GATEWAY_AUDIT_FILE",
          "GATEWAY_AUDIT_LEVEL",
          "GATEWAY_AUDIT_TO",
          "GATEWAY_CACHE",
          "GATEWAY_CAMEL_LOG_LEVEL",
          "GATEWAY_CONFIG",
          "GATEWAY_EXT_DIR",
          "GATEWAY_JAVA_OPTS",
          "GATEWAY_LOG_FORMAT",
          "GATEWAY_LOG_LEVEL");

  private UnreadVariables() {}

  /**
   * A sentence for each variable that is not read.
   *
   * @param environment the process's variables
   * @param texts the files in which variables are read as <code>{{env:NAME}}</code>: the settings
   *     and the routes
   */
  public static List<String> texts(Map<String, String> environment, Collection<String> texts) {
    Set<String> known = new TreeSet<>(ELSEWHERE);
    texts.forEach(text -> addNames(text, known));
    return environment.keySet().stream()
        .filter(name -> name.startsWith(PREFIX) && !known.contains(name))
        .sorted()
        .map(
            name ->
                "the environment variable "
                    + name
                    + " is not read by anything"
                    + Suggestion.didYouMean(name, known))
        .toList();
  }

  private static void addNames(String text, Set<String> names) {
    for (int at = text.indexOf(READ_AS); at >= 0; at = text.indexOf(READ_AS, at + 1)) {
      int end = at + READ_AS.length();
      while (end < text.length() && isNamePart(text.charAt(end))) {
        end++;
      }
      names.add(text.substring(at + READ_AS.length(), end));
    }
  }

  private static boolean isNamePart(char c) {
    return c == '_' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }
}
