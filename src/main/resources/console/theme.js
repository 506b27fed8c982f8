// Sets the chosen colours before the first paint. A classic script, so that it runs before the body is drawn.
try {
  const theme = localStorage.getItem('gateway.theme');
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // Storage is blocked: the system's colours apply.
}
