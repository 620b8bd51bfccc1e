"""Reports: what an evaluation, a training or a comparison came to, as one page to send around."""
