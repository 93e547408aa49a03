"""What one plays with: dashboard, explorer, lessons, and the words that pages explain. It holds no formula."""
