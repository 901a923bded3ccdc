"""The demo and the drills. They may use every room through its actions; nothing uses them."""
