/**
 * What an operator can set. {@link SettingsTable} lists every setting with its type, range, default
 * and description; {@link SettingsCheck} checks all of them at once, and {@link Settings} reads
 * them as values of their types. {@code config/application.properties} and {@code docs/settings.md}
 * are generated from the table. The package knows the packages whose types and rules the settings
 * use; only {@code app}, {@code cli} and {@code demo} know it.
 */
@NullMarked
package io.comfygateway.settings;

import org.jspecify.annotations.NullMarked;
