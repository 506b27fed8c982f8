package io.comfygateway.route;

import java.io.InputStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.engine.DefaultClassResolver;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which of Camel's services the class path does not have. For every context Camel looks
 * for some fifty that are never there, each time in all libraries.
 */
public final class ServiceResolver extends DefaultClassResolver {
  private static final String SERVICES = "META-INF/services/org/apache/camel/";
  // Some names come from messages, in an endpoint that is made up for each.
  private static final int MOST = 1_000;
  // The class path does not change while the JVM runs.
  private static final Set<String> MISSING = ConcurrentHashMap.newKeySet();

  public ServiceResolver(CamelContext context) {
    super(context);
  }

  @Override
  public @Nullable InputStream loadResourceAsStream(String name) {
    if (MISSING.contains(name)) {
      return null;
    }
    InputStream found = super.loadResourceAsStream(name);
    if (found == null && name.startsWith(SERVICES) && MISSING.size() < MOST) {
      MISSING.add(name);
    }
    return found;
  }
}
