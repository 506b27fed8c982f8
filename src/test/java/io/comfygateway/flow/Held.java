package io.comfygateway.flow;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * How many entries each map and list has that a gateway's objects hold, found by walking through
 * their fields.
 */
final class Held {
  private static final String OURS = "io.comfygateway";
  private final Map<String, Integer> sizes = new TreeMap<>();
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  /** The sizes by class and field; fields of several objects of one class are added up. */
  static Map<String, Integer> by(Object root) {
    Held held = new Held();
    held.walk(root, root.getClass().getSimpleName());
    return held.sizes;
  }

  private void walk(Object value, String name) {
    if (value == null || !isOfInterest(value) || !seen.add(value)) {
      return;
    }
    if (value instanceof Map<?, ?> map) {
      sizes.merge(name, map.size(), Integer::sum);
      map.values().forEach(entry -> walk(entry, name + "[]"));
    } else if (value instanceof Collection<?> list) {
      sizes.merge(name, list.size(), Integer::sum);
      list.forEach(entry -> walk(entry, name + "[]"));
    } else if (value instanceof Optional<?> optional) {
      optional.ifPresent(inside -> walk(inside, name));
    } else {
      fields(value);
    }
  }

  private static boolean isOfInterest(Object value) {
    return value instanceof Map
        || value instanceof Collection
        || value instanceof Optional
        || (value.getClass().getName().startsWith(OURS) && !value.getClass().isEnum());
  }

  private void fields(Object value) {
    for (Class<?> type = value.getClass();
        type != null && type.getName().startsWith(OURS);
        type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          try {
            field.setAccessible(true);
            walk(field.get(value), type.getSimpleName() + "." + field.getName());
          } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
          }
        }
      }
    }
  }
}
