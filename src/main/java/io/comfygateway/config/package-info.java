/**
 * Files that an operator writes: values of YAML with their lines, faults with file, line and
 * remedy, and how a changed file is noticed; how much JSON is read into memory, and which text can
 * be stored. The ways in are {@link YamlReader}, {@link FileFault}, {@link JsonLimits} and {@link
 * StorableText}. It knows no other package, and nothing of what the files are for.
 */
@NullMarked
package io.comfygateway.config;

import org.jspecify.annotations.NullMarked;
