/**
 * Files that an operator writes: values of YAML with their lines, faults with file, line and
 * remedy, and how a changed file is noticed; and how much JSON is read into memory. The ways in are
 * {@link YamlReader}, {@link FileFault} and {@link JsonLimits}. It knows no other package, and
 * nothing of what the files are for.
 */
@NullMarked
package io.comfygateway.config;

import org.jspecify.annotations.NullMarked;
