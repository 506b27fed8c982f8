/**
 * Metrics in the text format of Prometheus. The way in is {@link Metrics}, whose methods are steps
 * of the routes. It knows the packages that it measures; none of them knows it.
 */
@NullMarked
package io.comfygateway.metrics;

import org.jspecify.annotations.NullMarked;
